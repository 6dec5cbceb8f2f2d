"""Sending a copy to another service over the API: what the pages can do, a program can do."""

from __future__ import annotations

import pytest
from knox.models import AuthToken

from dsar.cases import freezing
from dsar.cases.sending_models import Sending
from dsar.duties import sending
from tests import entering, webhooks
from tests import sending as made

LIST = "/api/v1/destinations"


@pytest.fixture
def service(cast, tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        made.approved(found.url, by=cast.carol.user)
        yield found


def _address(request, *more):
    return "/".join(
        ["/api/v1/cases", request.case.reference, "requests", str(request.pk), "sending", *more]
    )


def _confirm(client, request, code):
    return client.post(_address(request), {"code": code}, format="json")


def test_a_program_chooses_confirms_and_follows(alice, cast, service, worked):
    (known,) = alice.get(LIST).json()
    assert known == {"code": "other", "name": "The Other", "host": "hooks.example"}
    asked = {"right": "portability", "scope": {"send_to": known["code"]}}
    filed = alice.post("/api/v1/cases", {"rights": [asked]}, format="json")
    assert filed.status_code == 201, filed.content
    worked()
    case = alice.get(f"/api/v1/cases/{filed.json()['reference']}").json()
    (request,) = case["requests"]
    assert (request["sending"]["state"], request["sending"]["host"]) == ("waiting", "hooks.example")
    found = Sending.objects.get().request
    assert alice.post(_address(found, "code")).status_code == 202
    answer = _confirm(alice, found, made.mailed_code(found))
    assert answer.status_code == 200, answer.content
    assert answer.json()["sending"]["state"] == "confirmed"
    assert sending.send(str(Sending.objects.get().pk))
    (request,) = alice.get(f"/api/v1/cases/{case['reference']}").json()["requests"]
    assert (request["sending"]["state"], request["sending"]["reason"]) == ("sent", None)
    assert request["sending"]["ended_at"] is not None
    assert request["package"] is not None
    assert len(service.arrived) == 1


def test_a_wrong_code_and_nothing_to_confirm_are_conflicts_that_say_so(alice, cast, service):
    request = made.waiting(cast.alice)
    wrong = _confirm(alice, request, "00000000")
    assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:problem:dsar:conflict")
    assert "code" in wrong.json()["detail"]
    assert alice.post(_address(request), {}, format="json").status_code == 422
    code = made.code_for(request, cast.alice)
    assert _confirm(alice, request, code).status_code == 200
    assert _confirm(alice, request, code).status_code == 409
    assert alice.post(_address(request, "code")).status_code == 409


@pytest.mark.parametrize("wanted", ["nobody", "test_bank", "other/../x", ""])
def test_what_no_officer_approved_is_refused_with_its_place(alice, cast, service, wanted):
    asked = {"right": "portability", "scope": {"send_to": wanted}}
    answer = alice.post("/api/v1/cases", {"rights": [asked]}, format="json")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/rights/0/scope/send_to"


def test_another_right_has_no_such_scope(alice, cast, service):
    asked = {"right": "access", "scope": {"send_to": "other"}}
    answer = alice.post("/api/v1/cases", {"rights": [asked]}, format="json")
    assert answer.status_code == 422


def test_anothers_copy_does_not_exist(bob, cast, service):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    assert _confirm(bob, request, code).status_code == 404
    assert bob.post(_address(request, "code")).status_code == 404
    assert made.of(request).state == Sending.State.WAITING


def test_an_old_token_lets_nothing_go(alice, cast, service, settings):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    settings.DSAR = settings.DSAR | {"FRESH_LOGIN_SECONDS": 0}
    AuthToken.objects.update(created="2020-01-01T00:00:00Z")
    answer = _confirm(alice, request, code)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:problem:dsar:log_in_again")
    assert made.of(request).state == Sending.State.WAITING


def test_of_a_case_that_stands_still_nothing_is_confirmed(alice, cast, service):
    request = made.waiting(cast.alice)
    code = made.code_for(request, cast.alice)
    freezing.freeze(request.case)
    assert _confirm(alice, request, code).status_code == 409
    assert made.of(request).state == Sending.State.WAITING


def test_link_and_code_let_a_copy_go_without_account(calling, cast, service):
    request, client = made.waiting(cast.alice), calling()
    place = f"/api/v1/answer/sendings/{request.pk}"
    headers = entering.headers_of(request.case)
    assert client.post(f"{place}/code", headers=headers).status_code == 202
    code = made.mailed_code(request)
    headers = entering.headers_of(request.case)
    answer = client.post(place, {"code": code}, format="json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer.json()["sending"]["state"] == "confirmed"
    assert sending.send(str(made.of(request).pk))
