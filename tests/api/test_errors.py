"""Errors are problem details that say what to do, whatever went wrong, and say nothing about anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from dsar.api import cases
from dsar.cases.models import Case, Request
from dsar.registers import holds
from tests.testapp.models import Member


def _is_problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["type"] == f"urn:problem:dsar:{code}"
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    return said


def test_an_address_that_is_none(alice, calling):
    for client in (alice, calling()):
        _is_problem(client.get("/api/v1/nothing/here"), 404, "not_found")


def test_a_method_that_an_address_does_not_take(alice):
    response = alice.delete("/api/v1/cases")
    _is_problem(response, 405, "method")
    assert "POST" in response["Allow"]


def test_a_body_that_is_no_json(alice):
    response = alice.post("/api/v1/cases", "{", content_type="application/json")
    _is_problem(response, 400, "unreadable")


def test_a_body_of_another_kind(alice):
    response = alice.post("/api/v1/cases", "rights=access", content_type="text/plain")
    _is_problem(response, 415, "media_type")


def test_a_type_that_nothing_comes_in(alice):
    _is_problem(alice.get("/api/v1/cases", HTTP_ACCEPT="text/html"), 406, "not_acceptable")


def test_a_form_sent_to_an_address_that_is_none_is_told_so(cast):
    outside = Client(enforce_csrf_checks=True)
    _is_problem(outside.post("/api/v1/nothing"), 404, "not_found")


def test_errors_of_one_call_alone(alice, staff, dora, file, calling):
    body = {"rights": [{"right": "access"}]}
    unreadable = alice.post("/api/v1/cases", body, format="json", HTTP_IDEMPOTENCY_KEY="\t")
    _is_problem(unreadable, 400, "bad_idempotency_key")
    _is_problem(calling().get("/api/v1/answer"), 400, "link_or_code_missing")
    keys = {"HTTP_X_LINK_TOKEN": "no", "HTTP_X_LINK_CODE": "no"}
    _is_problem(calling().get("/api/v1/answer", **keys), 404, "link_or_code_wrong")
    _is_problem(staff("carol").get("/api/v1/staff/requests"), 403, "not_permitted")
    for message, status, code in (("AAAA", 422, "mail_unreadable"), ("\u00e9", 422, "not_valid")):
        read = dora.post("/api/v1/staff/mail", {"message": message}, format="json")
        _is_problem(read, status, code)
    case = file(alice, "access")
    address = f"/api/v1/cases/{case['reference']}/requests/{case['requests'][0]['id']}/withdraw"
    assert alice.post(address).status_code == 200
    _is_problem(alice.post(address), 409, "conflict")


def test_a_value_of_another_type_is_not_turned_into_one(alice, calling):
    mistaken = alice.post("/api/v1/consents", {"purpose": 7, "wording": "Yes."}, format="json")
    said = _is_problem(mistaken, 422, "not_valid")
    assert [one["pointer"] for one in said["errors"]] == ["#/purpose"]
    mistaken = calling().post("/api/v1/confirmations", {"token": "a", "tokn": "b"}, format="json")
    said = _is_problem(mistaken, 422, "not_valid")
    assert [one["pointer"] for one in said["errors"]] == ["#/tokn"]
    spaced = calling().post("/api/v1/confirmations", {"token": " " * 200 + "a"}, format="json")
    _is_problem(spaced, 422, "not_valid")
    for asked in ("page_size=all", "page_size=0", "right="):
        _is_problem(alice.get(f"/api/v1/cases?{asked}"), 422, "not_valid")


def test_a_token_that_is_none(cast):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token 0000")
    _is_problem(client.get("/api/v1/cases"), 401, "log_in")


def test_a_failure_of_ours_says_nothing_about_it(alice, monkeypatch):
    def fail(_call):
        raise RuntimeError("canary alice@example.com")

    monkeypatch.setattr(cases, "take_in", fail)
    response = alice.post("/api/v1/cases", {"rights": [{"right": "access"}]}, format="json")
    _is_problem(response, 500, "failed")
    assert b"canary" not in response.content


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"right": "nonsense"}, "#/rights/0/right"),
        ({"right": "access", "scop": {}}, "#/rights/0/scop"),
        ({"right": "access", "scope": {"limit": []}}, "#/rights/0/scope/limit"),
        ({"right": "restriction"}, "#/rights/0/scope/ground"),
        ({"right": "objection", "scope": {}}, "#/rights/0/scope/objection"),
        (
            {"right": "consent_withdrawal", "scope": {"purposes": ["none"]}},
            "#/rights/0/scope/purposes",
        ),
        (
            {"right": "consent_withdrawal", "scope": {"purposes": [[1]]}},
            "#/rights/0/scope/purposes/0",
        ),
        (
            {"right": "deletion", "scope": {"declarations": ["x.Y"]}},
            "#/rights/0/scope/declarations",
        ),
        ({"right": "correction"}, "#/rights/0/corrections"),
    ],
)
def test_what_cannot_be_taken_in_is_named_by_pointer_and_nothing_is_filed(alice, asked, pointer):
    response = alice.post("/api/v1/cases", {"rights": [asked]}, format="json")
    said = _is_problem(response, 422, "not_valid")
    assert [one["pointer"] for one in said["errors"]] == [pointer]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"field": "card_token"}, "card_token"),
        ({"field": "phone", "value": "not a phone"}, "phone"),
        ({"field": "nickname", "value": "x" * 61}, "nickname"),
        ({"row": "999999"}, "nickname"),
        ({"row": "\u0663"}, "nickname"),
        ({"row": "nonsense"}, "nickname"),
    ],
)
def test_a_correction_that_does_not_hold_is_refused_with_its_reason(alice, cast, changes, named):
    member = Member.objects.get(user=cast.alice.user)
    asked = {
        "declaration": "testapp.Member",
        "row": str(member.pk),
        "field": "nickname",
        "value": "Allie",
    } | changes
    response = alice.post(
        "/api/v1/cases",
        {"rights": [{"right": "correction", "corrections": [asked]}]},
        format="json",
    )
    said = _is_problem(response, 422, "not_valid")
    assert len(said["errors"]) == 1
    assert not Case.objects.exists()


def test_somebody_elses_record_does_not_exist_for_a_correction(alice, cast):
    bobs = Member.objects.get(user=cast.bob.user)
    asked = {
        "declaration": "testapp.Member",
        "row": str(bobs.pk),
        "field": "nickname",
        "value": "Bo",
    }
    body = {"rights": [{"right": "correction", "corrections": [asked]}]}
    missing = {"rights": [{"right": "correction", "corrections": [asked | {"row": "999999"}]}]}
    answers = [alice.post("/api/v1/cases", one, format="json").json() for one in (body, missing)]
    assert answers[0]["errors"][0]["detail"] == answers[1]["errors"][0]["detail"]


def test_a_null_character_is_refused_before_the_database_would(alice, cast):
    member = Member.objects.get(user=cast.alice.user)
    asked = {
        "declaration": "testapp.Member",
        "row": str(member.pk),
        "field": "nickname",
        "value": "a\x00b",
    }
    response = alice.post(
        "/api/v1/cases",
        {"rights": [{"right": "correction", "corrections": [asked]}]},
        format="json",
    )
    _is_problem(response, 422, "not_valid")


def test_a_hold_is_told_to_staff_and_never_to_the_person(alice, cast, dora, otto, file):
    file(alice, "deletion")
    request = Request.objects.get()
    address = f"/api/v1/staff/requests/{request.pk}"
    shown = dora.post(f"{address}/preview").json()["digest"]
    dora.post(f"{address}/decide", {"verdict": "granted", "shown": shown}, format="json")
    holds.place(
        cast.alice.user,
        ground="canary-claim",
        law="Limitation Act",
        review_on=timezone.localdate() + timedelta(days=30),
        by=cast.carol.user,
    )
    refused = otto.post(f"{address}/approve")
    if refused.status_code == 409:
        assert "hold" in refused.json()["detail"]
    for path in ("holdings", "preview/deletion", f"cases/{request.case.reference}"):
        body = alice.get(f"/api/v1/{path}").content.lower()
        assert b"canary-claim" not in body
        assert b"dsar.hold" not in body
