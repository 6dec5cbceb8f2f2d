"""Who asks is established before anything is handed out, for people without account, for others, and after changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db.models.signals import post_save

from dsar.cases import confirmations, earlier, letters, links, notices
from dsar.cases.identity_models import Confirmation, Proof
from dsar.cases.models import Case, Letter, Link, Note, Request
from dsar.cases.states import Outcome, State
from dsar.dispatch.models import Wake
from dsar.engine import doorstep, execution
from dsar.ledger.models import Entry
from dsar.registers import suppression
from tests.mailed import token_in
from tests.testapp.factories import make_open_loan

PIA = "pia@example.com"
AGENT = "agent@agency.example"
FORMER = "alice-before@example.com"


@pytest.fixture
def loans(cast):
    """Three loans of Pia, who has no account."""
    for number in range(3):
        make_open_loan(f"P-{number}", "Pia Person", PIA, remarks=f"canary-pia-{number}")


@pytest.fixture
def filed(calling):
    """File openly, have a worker look, confirm the address, have a worker consider."""

    def run(**said: Any) -> Case:
        cache.clear()
        client = calling()
        body = {"name": "Pia Person", "email": PIA, "rights": [{"right": "access"}]} | said
        response = client.post("/api/v1/cases/public", body, format="json")
        assert response.status_code == 202, response.content
        case = Case.objects.latest("created_at")
        doorstep.look_up(str(case.pk))
        mail.outbox.clear()
        assert notices.send(str(Letter.objects.latest("written_at").pk))
        press(client, token_in(mail.outbox[-1].body))
        considered(case)
        return case

    return run


def press(client, token: str) -> None:
    response = client.post("/api/v1/confirmations", {"token": token}, format="json")
    assert response.status_code == 200, response.content


def considered(case: Case) -> None:
    mail.outbox.clear()
    doorstep.consider(str(case.pk))
    case.refresh_from_db()


def agent(**said: Any) -> dict[str, Any]:
    signed = "I, Pia, permit it. Signed."
    other = {"name": "Pia Person", "email": PIA, "permission": signed, "affirmed": True}
    return {"name": "Ada Agent", "email": AGENT, "relation": "agent", "on_behalf": other} | said


def code_for(case: Case) -> tuple[str, str]:
    token = links.make(case).rpartition("/")[2]
    mail.outbox.clear()
    assert notices.send_code(Link.objects.latest("pk").pk)
    (code,) = re.findall(r"\b\d{8}\b", str(mail.outbox[-1].body))
    return token, code


def fetch(client, case: Case, request: Request):
    token, code = code_for(case)
    return client.get(
        f"/api/v1/answer/packages/{request.pk}", HTTP_X_LINK_TOKEN=token, HTTP_X_LINK_CODE=code
    )


def test_somebody_without_account_fetches_their_package_by_link_and_code(loans, filed, calling):
    case = filed(facts={"loan_code": "P-0"})
    request = case.requests.get()
    execution.run(request.pk)
    response = fetch(calling(), case, request)
    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert calling().get(f"/api/v1/answer/packages/{request.pk}").status_code == 400


def test_link_and_code_fetch_nothing_of_a_case_that_is_not_proved(loans, filed, calling):
    case = filed(facts={})
    assert fetch(calling(), case, case.requests.get()).status_code == 404


def test_nothing_leaves_a_case_that_was_disowned(loans, filed, calling, dora):
    case = filed(facts={"loan_code": "P-0"})
    request = case.requests.get()
    execution.run(request.pk)
    Confirmation.objects.all().delete()
    press(calling(), confirmations.make(case, Confirmation.Kind.NOT_ME))
    assert fetch(calling(), case, request).status_code == 409
    address = f"/api/v1/staff/cases/{case.reference}/thaw"
    assert dora.post(address, {"reason": " "}, format="json").status_code == 422
    assert dora.post(address, {"reason": "She called."}, format="json").status_code == 204
    assert fetch(calling(), case, request).status_code == 200


def test_staff_vouch_for_whom_facts_did_not_prove(loans, filed, dora):
    case = filed(facts={})
    request = case.requests.get()
    assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 200
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.FULFILLED
    proof = Proof.objects.filter(case=case).latest("tried_at")
    assert (proof.method, proof.result) == ("staff", "passed")
    assert proof.tried_by is not None


def test_a_doubt_is_written_down_before_more_is_asked_and_late_ones_are_told(loans, filed, dora):
    case = filed(facts={})
    address = f"/api/v1/staff/cases/{case.reference}/doubt"
    assert dora.post(address, {}, format="json").status_code == 422
    asked = {"reason": "Two people read this mailbox.", "needed": "The number of an order."}
    assert dora.post(address, asked, format="json").json() == {"late": False}
    letter = letters.read(Letter.objects.get(case=case, kind="identity"))
    assert letter["needed"] == ["The number of an order."]
    assert letter["deadline"]
    assert "Two people" not in str(letter)
    doubted = Proof.objects.get(case=case, result="doubted")
    assert b"mailbox" not in bytes(doubted.doubt or b"mailbox")
    Case.objects.filter(pk=case.pk).update(received_at="2026-01-02T00:00:00Z")
    assert dora.post(address, {"reason": "Still."}, format="json").json() == {"late": True}


def test_an_agent_waits_for_authority_and_for_the_persons_own_yes(loans, filed, calling, dora):
    """A signed permission is accepted by staff and confirmed at the person's known address, never at the agent's."""
    case = filed(**agent(facts={"loan_code": "P-0"}))
    request = case.requests.get()
    assert case.verified_at is None
    assert [one.to for one in mail.outbox] == [[PIA]]
    asked = token_in(mail.outbox[0].body)
    assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 409
    accepted = {"kind": "signed_permission"}
    address = f"/api/v1/staff/cases/{case.reference}/authority"
    assert dora.post(address, accepted, format="json").status_code == 204
    considered(case)
    assert case.verified_at is None
    press(calling(), asked)
    considered(case)
    assert case.verification_method == "link_and_facts"
    execution.run(request.pk)
    mail.outbox.clear()
    assert notices.send(str(Letter.objects.filter(kind="answer").get().pk))
    assert [one.to for one in mail.outbox] == [[PIA]]


def test_a_power_of_attorney_needs_no_word_of_the_person(loans, filed, dora):
    case = filed(**agent(facts={"loan_code": "P-0"}))
    address = f"/api/v1/staff/cases/{case.reference}/authority"
    assert dora.post(address, {"kind": "power_of_attorney"}, format="json").status_code == 204
    assert set(Wake.objects.values_list("task", flat=True)) <= {"dsar.look_up", "dsar.consider"}
    considered(case)
    assert case.verified_at is not None


def test_nobody_unknown_is_asked_about_an_agent(cast, filed):
    """The address an agent names may be anybody's: only one that we knew before is written to."""
    case = filed(**agent())
    assert case.verified_at is None
    assert mail.outbox == []


@pytest.mark.parametrize("relation", ["guardian", "representative"])
def test_guardians_and_legal_representatives_are_seen_by_people(loans, filed, dora, relation):
    case = filed(**agent(relation=relation, facts={"loan_code": "P-0"}))
    address = f"/api/v1/staff/cases/{case.reference}/authority"
    dora.post(address, {"kind": "court_order"}, format="json")
    considered(case)
    assert case.verified_at is None
    request = case.requests.get()
    assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 200


@pytest.mark.parametrize("permission", ["I permit it. Signed: Pia", ""])
def test_for_an_opt_out_an_agents_signed_permission_suffices(cast, calling, permission):
    wanted = [{"right": "objection", "scope": {"objection": "marketing"}}]
    other = {"name": "Pia Person", "email": PIA, "affirmed": True}
    if permission:
        other["permission"] = permission
    body = agent(on_behalf=other, rights=wanted)
    assert calling().post("/api/v1/cases/public", body, format="json").status_code == 202
    case = Case.objects.get()
    doorstep.look_up(str(case.pk))
    request = case.requests.get()
    assert request.state == (State.CLOSED if permission else State.SUBMITTED)
    assert suppression.is_suppressed(PIA) is bool(permission)
    assert not suppression.is_suppressed(AGENT)


def changed(_person: object, _since: object) -> tuple[list[str], list[str]]:
    """An account whose address and password changed last week."""
    return ["address_changed", "password_changed"], [FORMER]


@pytest.fixture
def taken_over(cast, settings):
    """Alice's account after changes that a thief would make."""
    settings.DSAR = settings.DSAR | {"ACCOUNT_CHANGES": f"{__name__}.changed"}


@pytest.fixture
def woken():
    """The tasks that earlier addresses were woken for."""
    seen: list[str] = []

    def see(instance: Wake, **_: object) -> None:
        seen.append(instance.task)

    post_save.connect(see, sender=Wake)
    yield lambda: [task for task in seen if "earlier" in task]
    post_save.disconnect(see, sender=Wake)


@pytest.mark.parametrize("right", ["access", "portability", "deletion"])
@pytest.mark.usefixtures("taken_over")
def test_after_a_change_the_earlier_address_is_asked(alice, calling, file, right):
    file(alice, right)
    case = Case.objects.get()
    assert case.verified_at is None
    refused = alice.post(f"/api/v1/cases/{case.reference}/verify")
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:problem:dsar:earlier_address"
    mail.outbox.clear()
    earlier.ask(str(case.pk))
    earlier.ask(str(case.pk))
    (sent,) = mail.outbox
    assert sent.to == [FORMER]
    press(calling(), token_in(sent.body))
    considered(case)
    assert case.verification_method == "earlier_address"


@pytest.mark.usefixtures("taken_over")
def test_earlier_addresses_are_told_and_stop_it_with_one_press(alice, calling, file, woken):
    file(alice, {"right": "restriction", "scope": {"ground": "accuracy_contested"}})
    case = Case.objects.get()
    assert case.verified_at is not None
    assert woken() == ["dsar.warn_earlier"]
    mail.outbox.clear()
    earlier.warn(str(case.pk))
    (sent,) = mail.outbox
    assert sent.to == [FORMER]
    press(calling(), token_in(sent.body))
    case.refresh_from_db()
    assert case.frozen_at is not None
    assert Entry.objects.filter(canonical__contains="case.frozen").exists()


@pytest.mark.usefixtures("taken_over")
def test_who_cannot_read_that_mailbox_is_seen_by_people(alice, dora, file):
    file(alice, "access")
    case = Case.objects.get()
    assert alice.post(f"/api/v1/cases/{case.reference}/mailbox").status_code == 204
    assert Proof.objects.get(case=case).result == "doubted"
    request = case.requests.get()
    assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 200
    assert not Note.objects.exists()
