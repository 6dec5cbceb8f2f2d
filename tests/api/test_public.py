"""Filing without log-in: the same for known and unknown addresses, proved by mailbox and facts."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from dsar.cases import claims, corrections, notices, subjects
from dsar.cases.identity_models import Claim, Confirmation, Proof
from dsar.cases.models import Case, Letter
from dsar.cases.states import Outcome, State
from dsar.contract.vocabulary import Channel
from dsar.engine import doorstep, execution
from dsar.ledger.models import Entry
from dsar.processing import Contact, not_to_return
from dsar.registers import suppression
from dsar.registers.models import Objection
from tests.alike import alike
from tests.engine.archives import everything, opened
from tests.mailed import token_in
from tests.testapp.factories import make_open_loan
from tests.testapp.models import Loan

VISITOR = "visitor@example.com"
CALLED = "Vera Visitor"


@pytest.fixture
def loans(cast):
    """Three loans of a visitor without account, and three of somebody else at the same address."""
    for number in range(3):
        make_open_loan(f"V-{number}", CALLED, VISITOR, remarks=f"canary-vera-{number}")
        make_open_loan(f"W-{number}", "Wim Visitor", VISITOR, remarks=f"canary-wim-{number}")


def filing(**more: Any) -> dict[str, Any]:
    return {"name": CALLED, "email": VISITOR, "rights": [{"right": "access"}]} | more


def file(client, **more: Any):
    return client.post("/api/v1/cases/public", filing(**more), format="json")


def mailed() -> str:
    """Send the notice of the newest letter and return its text."""
    mail.outbox.clear()
    assert notices.send(str(Letter.objects.latest("written_at").pk))
    (sent,) = mail.outbox
    return str(sent.body)


def press(client, token):
    return client.post("/api/v1/confirmations", {"token": token}, format="json")


@pytest.fixture
def proved(calling):
    """File, have a worker look, press the button, have a worker consider; returns the case."""

    def run(**more: Any) -> Case:
        client = calling()
        assert file(client, **more).status_code == 202
        case = Case.objects.latest("created_at")
        doorstep.look_up(str(case.pk))
        token = token_in(mailed())
        assert press(client, token).status_code == 200
        doorstep.consider(str(case.pk))
        case.refresh_from_db()
        return case

    return run


def test_filing_does_the_same_for_known_and_unknown_addresses(cast, loans, calling):
    """Statements, response, woken tasks and mail; the look-up itself happens in the worker."""
    status, _, body = alike(
        *[
            partial(file, calling(), email=address, name="Somebody", relation="customer")
            for address in (cast.alice.email, VISITOR, "nobody-knows-me@example.com")
        ]
    ).response
    assert status == 202
    for personal in (VISITOR, "Somebody", "DSR-"):
        assert personal.encode() not in body


def test_the_broker_and_the_tables_hold_no_address_and_no_name(loans, calling):
    file(calling(), text="I ordered at the desk.", facts={"loan_code": "V-0"})
    with connection.cursor() as cursor:
        for table in (
            "dsar_cases_case",
            "dsar_cases_claim",
            "dsar_cases_letter",
            "dsar_cases_confirmation",
        ):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608 - named above.
            text = (cursor.fetchone()[0] or "").lower()
            assert VISITOR not in text
            assert CALLED.lower() not in text
    entries = "".join(Entry.objects.values_list("canonical", flat=True)).lower()
    assert "request.submitted" in entries
    assert VISITOR not in entries


def test_somebody_without_account_is_let_in_by_mailbox_and_facts_and_receives_their_rows(
    loans, proved
):
    case = proved(facts={"loan_code": "v-1"})
    assert case.verified_at
    assert case.verification_method == "link_and_facts"
    proof = Proof.objects.get(case=case)
    assert (proof.facts, proof.result) == (["loan_code", "name"], "passed")
    request = case.requests.get()
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.FULFILLED
    text = everything(opened(request))
    assert "canary-vera-2" in text
    assert "canary-wim" not in text


def test_a_correction_that_names_its_record_is_placed_if_the_record_is_the_persons(loans, proved):
    """Once the person is known today's value stands beside it; another person's record is shown to nobody."""
    named = {code: str(Loan.objects.get(code=code).pk) for code in ("V-1", "W-1")}
    wanted = [
        {"declaration": "testapp.Loan", "row": row, "field": "remarks", "value": "mended"}
        for row in named.values()
    ]
    case = proved(
        facts={"loan_code": "v-1"}, rights=[{"right": "correction", "corrections": wanted}]
    )
    assert case.verified_at
    kept = case.requests.get().corrections.select_related("request__case__key")
    assert {one.row: corrections.read(one).old for one in kept} == {
        named["V-1"]: "canary-vera-1",
        named["W-1"]: None,
    }


@pytest.mark.parametrize(
    "claimed",
    [
        {"facts": {}},
        {"facts": {"loan_code": "W-1"}},
        {"facts": {"loan_code": "V-1"}, "name": "Zoe Visitor"},
        {"facts": {"contact_email": VISITOR}},
    ],
)
def test_too_few_facts_or_another_person_s_let_nobody_in(loans, proved, claimed):
    case = proved(**claimed)
    assert case.verified_at is None
    assert case.requests.get().state == State.AWAITING_VERIFICATION
    assert Proof.objects.get(case=case).result == "not_enough"
    assert subjects.of(case) is None


def test_whoever_has_an_account_logs_in(cast, proved, alice):
    """The mailbox alone gets nothing; the account finds the case, and goes on by a fresh log-in."""
    case = proved(email=cast.alice.email, name=cast.alice.canary("contact-3"))
    assert case.verified_at is None
    assert case.subject_id == cast.alice.pk
    response = alice.post(f"/api/v1/cases/{case.reference}/verify")
    assert response.status_code == 200, response.content
    case.refresh_from_db()
    assert case.verified_at


def test_where_nothing_is_held_the_mailbox_is_told_so(cast, proved):
    case = proved(email="nobody-knows-me@example.com")
    request = case.requests.get()
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.outcome == Outcome.NO_DATA_HELD


def test_an_offices_mailbox_never_suffices_alone(cast, proved):
    make_open_loan("O-1", CALLED, "info@example.com")
    weighed = {"right": "restriction", "scope": {"ground": "accuracy_contested"}}
    case = proved(email="info@example.com", rights=[weighed])
    assert case.verified_at is None
    assert Claim.objects.get(case=case).flags == ["role_address"]
    alone = proved(email="vera@example.com", rights=[weighed])
    assert alone.verification_method == "email_link"


def test_a_marketing_objection_needs_no_proof_and_reaches_an_account_too(cast, calling):
    wanted = [{"right": "objection", "scope": {"objection": "marketing"}}]
    assert not suppression.is_suppressed(cast.alice.email)
    file(calling(), email=cast.alice.email.upper(), rights=wanted)
    case = Case.objects.get()
    doorstep.look_up(str(case.pk))
    assert case.requests.get().outcome == Outcome.FULFILLED
    assert suppression.is_suppressed(cast.alice.email)
    assert Objection.objects.filter(subject_id=cast.alice.pk, purpose=None).exists()
    assert not Objection.objects.filter(subject_id=cast.bob.pk).exists()


NOBODYS = "+65 6000 0009"
STOP = {"right": "objection", "scope": {"objection": "marketing"}}
BY_MAIL_ONLY = {
    "right": "objection",
    "scope": {"objection": "marketing", "channels": ["email"]},
}


@pytest.mark.parametrize("filed_before", [0, 3])
def test_a_number_that_no_record_holds_is_suppressed_with_the_objection(
    cast, calling, filed_before
):
    """At once, whoever gives it, also where the filing joins an open case; only its HMAC stays (R122)."""
    client = calling()
    for _ in range(filed_before):
        file(client)
    there = Contact(email="another@example.com", phone="0065 6000-0009")
    beside = Contact(email="beside@example.com", phone="+65 6000 0008")
    assert not_to_return({there, beside}) == set()
    assert file(client, rights=[STOP], number=NOBODYS).status_code == 202
    assert Case.objects.count() == max(1, filed_before)
    assert not_to_return({there, beside}) == {there}
    kept = "".join(str(claims.read(one)) for one in Case.objects.select_related("key"))
    assert "6000" not in kept
    assert Entry.objects.filter(canonical__contains='"channel":"phone"').exists()


@pytest.mark.parametrize(
    ("rights", "number"),
    [
        ([{"right": "access"}], NOBODYS),
        ([BY_MAIL_ONLY], NOBODYS),
        ([STOP], "call me"),
        ([STOP], "1" * 16),
    ],
)
def test_a_number_is_taken_for_nothing_else(cast, calling, rights, number):
    answer = file(calling(), rights=rights, number=number)
    assert answer.status_code == 422
    assert "number" in str(answer.json())
    assert not Case.objects.exists()
    assert not suppression.is_suppressed(number, channel=Channel.PHONE)


def test_a_link_is_pressed_once_and_looking_at_it_burns_nothing(loans, calling):
    client = calling()
    file(client)
    token = token_in(mailed())
    for look in (client.get, client.head, client.options):
        look(f"/api/v1/confirmations?token={token}")
    assert Confirmation.objects.get().used_at is None
    assert press(client, token).status_code == 200
    assert press(client, token).status_code == 404


def test_five_wrong_guesses_shut_a_link_and_none_is_kept_in_usable_form(loans, calling, settings):
    rates = settings.DSAR.get("API_RATES", {})
    settings.DSAR = settings.DSAR | {
        "API_RATES": {"open_filings": "9/min", "open_filings_of_one": "9/min", "codes": "99/min"}
        | rates
    }
    client = calling()
    file(client)
    token = token_in(mailed())
    key, _, secret = token.partition(".")
    assert secret.encode() not in bytes(Confirmation.objects.get().digest)
    for _ in range(5):
        assert press(client, f"{key}.{'x' * 43}").status_code == 404
    assert press(client, token).status_code == 404
    assert Confirmation.objects.get().failures == 5


def test_an_expired_link_does_nothing(loans, calling, settings):
    settings.DSAR = settings.DSAR | {"CONFIRMATION_HOURS": 0}
    client = calling()
    file(client)
    assert press(client, token_in(mailed())).status_code == 404
    assert Claim.objects.get().confirmed_at is None


def test_a_fourth_filing_of_a_day_joins_the_open_case(cast, calling):
    client = calling()
    for right in ("access", "portability", "deletion"):
        assert file(client, rights=[{"right": right}]).status_code == 202
    assert Case.objects.count() == 3
    latest = Case.objects.latest("created_at")
    more = file(client, rights=[{"right": "deletion"}, {"right": "access"}], text="Please.")
    assert more.status_code == 202
    assert Case.objects.count() == 3
    assert Letter.objects.filter(kind="receipt").count() == 3
    assert set(latest.requests.values_list("right", flat=True)) == {"deletion", "access"}
    assert file(client, email="other@example.com").status_code == 202
    assert Case.objects.count() == 4


def test_a_further_correction_joins_the_open_case_with_what_is_new_in_it(loans, calling):
    client = calling()
    name, code = (
        {"declaration": "testapp.Loan", "field": field, "value": "Vera Visitor-Smith"}
        for field in ("contact_name", "remarks")
    )
    for _ in range(3):
        file(client, rights=[{"right": "correction", "corrections": [name]}])
    latest = Case.objects.latest("created_at")
    for _ in range(2):
        both = [{"right": "correction", "corrections": [name, code]}]
        assert file(client, rights=both).status_code == 202
    assert Case.objects.count() == 3
    asked = [[one.field for one in each.corrections.all()] for each in latest.requests.all()]
    assert sorted(asked) == [["contact_name"], ["remarks"]]


def test_too_many_filings_are_told_the_other_ways(cast, calling, settings):
    settings.DSAR = settings.DSAR | {
        "API_RATES": {"open_filings": "2/hour", "open_filings_of_one": "9/hour"},
        "ORGANISATION": {"name": "Example", "email": "privacy@example.com"},
    }
    client = calling()
    assert [file(client).status_code for _ in range(3)] == [202, 202, 429]
    refused = file(client)
    assert "privacy@example.com" in refused.json()["detail"]
    assert int(refused["Retry-After"]) > 0


@pytest.mark.parametrize("relation", [one.value for one in Claim.Relation])
def test_every_kind_of_requester_files(cast, calling, relation):
    more = {"relation": relation}
    if relation in Claim.FOR_OTHERS:
        assert file(calling(), **more).status_code == 422
        more["on_behalf"] = {"name": "Pia Person", "email": "pia@example.com", "affirmed": True}
    else:
        other = {"name": "Pia Person", "email": "pia@example.com"}
        assert file(calling(), **more, on_behalf=other).status_code == 422
    assert file(calling(), **more).status_code == 202
    assert Case.objects.get().subject_relation == relation


def test_whoever_names_another_affirms_that_they_may(cast, calling):
    """Neither silence nor a no is taken; a yes is kept in the words that the description shows."""
    other: dict[str, Any] = {"name": "Pia Person", "email": "pia@example.com"}
    for said in ({}, {"affirmed": False}):
        refused = file(calling(), relation="agent", on_behalf=other | said)
        assert refused.status_code == 422
        assert "affirmed" in refused.content.decode()
    assert not Case.objects.exists()
    assert (
        file(calling(), relation="agent", on_behalf=other | {"affirmed": True}).status_code == 202
    )
    kept = claims.read(Case.objects.select_related("key").get())
    assert kept is not None
    assert kept.affirmed == "I may give you the data of the person I ask for."


def test_no_identity_number_can_be_sent(cast, calling):
    for name in ("nric", "passport", "fin"):
        assert file(calling(), **{name: "S0000000X"}).status_code == 422


def test_a_correction_without_record_means_each_of_the_persons_own(loans, proved):
    """Vera wants her name spelt otherwise: her three loans are proposed, Wim's at the same address are not."""
    wrong = {"declaration": "testapp.Loan", "field": "contact_name", "value": "Vera Visitor-Smith"}
    case = proved(
        rights=[{"right": "correction", "corrections": [wrong]}], facts={"loan_code": "V-1"}
    )
    request = case.requests.get()
    assert request.state == State.IN_REVIEW
    mine = Loan.objects.filter(contact_name=CALLED).values_list("pk", flat=True)
    assert set(request.corrections.values_list("row", flat=True)) == {str(pk) for pk in mine}
    assert len(mine) == 3


def test_one_field_is_given_one_value_with_or_without_its_record(loans, calling):
    """A value for every record and another for one of them would meet in that one."""
    wrong = {"declaration": "testapp.Loan", "field": "contact_name"}
    row = str(Loan.objects.get(remarks="canary-vera-1").pk)
    two = [wrong | {"value": "Vera One"}, wrong | {"row": row, "value": "Vera Two"}]
    refused = file(calling(), rights=[{"right": "correction", "corrections": two}])
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "#/rights/0/corrections/1"
    assert "leave the other one out" in error["detail"]
    assert not Case.objects.exists()
