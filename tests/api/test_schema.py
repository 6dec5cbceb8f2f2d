"""The published schema: complete, shown under the content security policy, and true to what calls do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.urls import get_resolver
from knox.models import AuthToken
from schemathesis.generation.hypothesis.builder import HypothesisTestMode as Mode

from dsar import conf
from dsar.api import documenting, problems
from tests import faces
from tests.api import walking

ROOT = Path(__file__).resolve().parents[2]
LOOSE = {"schema", "docs"}


def _calls():
    for path, calls in walking.schema()["paths"].items():
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


def test_every_error_is_documented_and_met_in_a_test():
    ours = "".join(path.read_text() for path in (ROOT / "dsar/api").glob("*.py"))
    framework = {code for code, _, _ in problems.HELP.values()}
    made = set(re.findall(r"code=\"([a-z_]+)\"", ours)) | framework | {"refused"}
    assert made == set(documenting.CODES)
    tests = "".join(
        path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)
    )
    assert [code for code in documenting.CODES if not re.search(f'[":]{code}"', tests)] == []


def test_a_few_calls_of_each_kind_are_answered_as_the_schema_says(cast, settings):
    faces.appoint(cast.alice.user, "officer")
    _walked("alice", cast, settings, examples=2, modes=[Mode.FUZZING])


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["alice", "officer"])
def test_every_call_is_answered_as_the_schema_says(role, cast, settings):
    _walked(role, cast, settings, examples=100, modes=list(Mode))


def _walked(role, cast, settings, **bounds):
    rates = dict.fromkeys(conf.DEFAULTS["API_RATES"], "100000/min")
    settings.DSAR = settings.DSAR | {"API_RATES": rates}
    case = faces.file(cast.alice, "access")
    user = cast.alice.user if role == "alice" else faces.member_of_staff(role)
    tried, found = walking.walk(
        header=lambda: f"Token {AuthToken.objects.create(user)[1]}",
        known={"reference": case.reference, "id": str(case.requests.get().pk)},
        **bounds,
    )
    assert tried == len(list(_calls()))
    assert not found, "\n".join(f"{call}: {said[0]}" for call, said in found.items())
