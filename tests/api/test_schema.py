"""The published schema: complete, shown under the content security policy, and true to what calls do."""

from __future__ import annotations

import json

import pytest
import schemathesis
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from schemathesis.core.result import Err

from config.wsgi import application
from dsar import conf

LOOSE = {"schema", "docs"}


def _schema():
    return SchemaGenerator(patterns=None).get_schema(request=None, public=True)


@pytest.fixture
def header(cast, calling, staff, request):
    """Alice's or an officer's authorisation."""
    client = staff("officer") if request.param == "officer" else calling(cast.alice.user)
    return client.get("/api/v1/purposes").wsgi_request.META["HTTP_AUTHORIZATION"]


def _calls():
    for path, calls in _schema()["paths"].items():
        if path.startswith("/api/v1/"):
            yield from ((path, method, call) for method, call in calls.items())


def test_every_address_is_in_the_schema_and_every_call_says_what_it_does():
    named = {name for name in get_resolver("dsar.api.urls").reverse_dict if isinstance(name, str)}
    assert len({path for path, _, _ in _calls()}) == len(named - LOOSE)
    for path, method, call in _calls():
        assert call.get("description"), (method, path)


def test_the_schema_and_its_page_are_served_without_inline_script(client):
    said = client.get("/api/schema", headers={"accept": "application/json"})
    assert json.loads(said.content)["info"]["title"] == "Data-subject requests"
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"<script>" not in page.content
    assert "script-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize("header", ["alice", "officer"], indirect=True)
def test_no_call_of_the_schema_makes_the_server_fail(header, settings):
    rates = dict.fromkeys(conf.DEFAULTS["API_RATES"], "100000/min")
    settings.DSAR = settings.DSAR | {"API_RATES": rates}
    schema = schemathesis.openapi.from_dict(_schema())
    schema.app, schema.location = application, "http://localhost"
    tried = 0
    for found in schema.get_all_operations():
        assert not isinstance(found, Err), found.err()
        operation = found.ok()
        if operation.path.startswith("/api/v1/"):
            _try(operation, header)
            tried += 1
    assert tried == len(list(_calls()))


def _try(operation, header):
    """A dozen calls that fit the schema, and some that do not."""

    @bounds(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def called(case):
        response = case.call(headers={"Authorization": header})
        assert response.status_code < 500, (case.method, case.path, response.content)

    called()
