"""The published schema: complete, shown under the content security policy, and true to what calls do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import schemathesis
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase
from hypothesis import settings as bounds

from config.wsgi import application

if TYPE_CHECKING:
    from schemathesis import Case

LOOSE = {"schema", "docs"}


def _schema():
    return SchemaGenerator(patterns=None).get_schema(request=None, public=True)


@pytest.fixture
def header(cast, calling, staff, request):
    """Alice's or an officer's authorisation."""
    client = staff("officer") if request.param == "officer" else calling(cast.alice.user)
    return client.get("/api/v1/purposes").wsgi_request.META["HTTP_AUTHORIZATION"]


def test_every_address_is_in_the_schema_and_every_call_says_what_it_does():
    named = {name for name in get_resolver("dsar.api.urls").reverse_dict if isinstance(name, str)}
    paths = {
        path: calls for path, calls in _schema()["paths"].items() if path.startswith("/api/v1/")
    }
    assert len(paths) == len(named - LOOSE)
    for path, calls in paths.items():
        for method, call in calls.items():
            assert call.get("description"), (method, path)


def test_the_schema_and_its_page_are_served_without_inline_script(client):
    said = client.get("/api/schema", headers={"accept": "application/json"})
    assert json.loads(said.content)["info"]["title"] == "Data-subject requests"
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"<style" not in page.content
    assert b"<script>" not in page.content
    assert "script-src 'self'" in page["Content-Security-Policy"]


schema = schemathesis.openapi.from_dict(_schema())
schema.app = application
schema.location = "http://localhost"


@pytest.mark.parametrize("header", ["alice", "officer"], indirect=True)
@schema.include(path_regex=r"^/api/v1/").parametrize()
@bounds(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_call_of_the_schema_makes_the_server_fail(case: Case, header: str):
    response = case.call(headers={"Authorization": header})
    assert response.status_code < 500, (case.method, case.path, response.content)
