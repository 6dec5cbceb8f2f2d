"""What can be filed, how it is understood, and what a filing leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar.cases import corrections, intake, letters, repeats
from dsar.cases.asked import Asked, IntakeError, Proposal, understood
from dsar.cases.correction_models import Correction
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import Right, State
from dsar.dispatch.models import Wake
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.models import Entry
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

CONTRACT, LAW, INTEREST, CONSENT = (
    "test_lending",
    "test_bookkeeping",
    "test_safety",
    "test_newsletter",
)


def wrong(*asked: Asked) -> dict[str, str]:
    with pytest.raises(IntakeError) as caught:
        understood(asked, regimes=["SG"])
    return caught.value.errors


def right(one: Right, **scope: Any) -> Asked:
    return Asked(right=one, scope=scope)


def proposal(**change: Any) -> Proposal:
    said = {"declaration": "testapp.Member", "row": "1", "field": "nickname"}
    return Proposal(**said | {"old": "Al", "new": "Ali"} | change)


def correction(*proposals: Proposal) -> Asked:
    return Asked(right=Right.CORRECTION, corrections=proposals)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (right(Right.ACCESS, since="2020"), "0.scope.since"),
        (correction(), "0.corrections"),
        (correction(proposal(declaration="testapp.Nothing")), "0.corrections.0"),
        (correction(proposal(field="id")), "0.corrections.0"),
        (correction(proposal(field="no_such_field")), "0.corrections.0"),
        (correction(proposal(new=None)), "0.corrections.0"),
        (correction(proposal(), proposal(new="Lice")), "0.corrections.1"),
        (Asked(right=Right.ACCESS, corrections=(proposal(),)), "0.corrections"),
        (right(Right.RESTRICTION), "0.scope.ground"),
        (right(Right.RESTRICTION, ground="boredom"), "0.scope.ground"),
        (right(Right.RESTRICTION, ground="claims", purposes=["nope"]), "0.scope.purposes"),
        (right(Right.OBJECTION), "0.scope.objection"),
        (right(Right.OBJECTION, objection="everything"), "0.scope.objection"),
        (right(Right.OBJECTION, objection="other"), "0.scope.purposes"),
        (right(Right.OBJECTION, objection="other", purposes="all"), "0.scope.purposes"),
        (right(Right.OBJECTION, objection="marketing", purposes=[INTEREST]), "0.scope.purposes"),
        (right(Right.OBJECTION, objection="sale", purposes=[INTEREST]), "0.right"),
        (right(Right.CONSENT_WITHDRAWAL), "0.scope.purposes"),
        (right(Right.CONSENT_WITHDRAWAL, purposes=[CONTRACT]), "0.scope.purposes"),
        (right(Right.DELETION, declarations=["testapp.Nothing"]), "0.scope.declarations"),
        (right(Right.DELETION, declarations=[]), "0.scope.declarations"),
    ],
)
def test_what_cannot_be_asked_that_way_is_named(asked: Asked, field: str) -> None:
    assert list(wrong(asked)) == [field]


def test_nothing_asked_is_an_error() -> None:
    assert list(wrong()) == ["rights"]


def test_errors_name_which_of_several_is_wrong() -> None:
    assert list(wrong(right(Right.ACCESS), right(Right.RESTRICTION))) == ["1.scope.ground"]


def test_access_deletion_and_portability_need_no_reason_and_no_scope() -> None:
    wanted = [right(one) for one in (Right.ACCESS, Right.DELETION, Right.PORTABILITY)]
    assert understood(wanted, regimes=["SG"]) == wanted


def test_the_same_thing_asked_twice_is_one_request() -> None:
    assert len(understood([right(Right.ACCESS), right(Right.ACCESS)], regimes=["SG"])) == 1


def test_deleting_everything_includes_deleting_a_part() -> None:
    part = right(Right.DELETION, declarations=["testapp.Member"])
    assert understood([part, right(Right.DELETION)], regimes=["SG"]) == [right(Right.DELETION)]


def test_marketing_objection_names_every_marketing_purpose() -> None:
    (found,) = understood([right(Right.OBJECTION, objection="marketing")], regimes=["SG"])
    assert CONSENT in found.scope["purposes"]
    assert CONTRACT not in found.scope["purposes"]


def test_objecting_to_consented_use_becomes_a_withdrawal() -> None:
    both = right(Right.OBJECTION, objection="other", purposes=[CONSENT, INTEREST])
    withdrawal, objection = understood([both], regimes=["SG"])
    assert withdrawal.right is Right.CONSENT_WITHDRAWAL
    assert withdrawal.scope == {"purposes": [CONSENT], "converted": [CONSENT]}
    assert objection.scope == {"objection": "other", "purposes": [INTEREST]}


def test_withdrawing_from_an_interest_becomes_an_objection() -> None:
    (found,) = understood([right(Right.CONSENT_WITHDRAWAL, purposes=[INTEREST])], regimes=["SG"])
    assert found.right is Right.OBJECTION
    assert found.scope["converted"] == [INTEREST]


def test_a_converted_withdrawal_joins_the_one_that_was_asked() -> None:
    asked = [
        right(Right.OBJECTION, objection="other", purposes=[CONSENT]),
        right(Right.CONSENT_WITHDRAWAL, purposes=[CONSENT]),
    ]
    (found,) = understood(asked, regimes=["SG"])
    assert found.scope == {"purposes": [CONSENT], "converted": [CONSENT]}


def test_objecting_to_a_contract_is_filed_with_the_ground_it_meets() -> None:
    asked = right(Right.OBJECTION, objection="other", purposes=[CONTRACT, LAW])
    (found,) = understood([asked], regimes=["SG"])
    assert found.scope["grounds"] == {CONTRACT: "contract_performance", LAW: "required_by_law"}


def test_objecting_to_a_contract_and_an_interest_is_filed_as_two() -> None:
    """One of them can be granted; named in two wishes they are two still."""
    whole = right(Right.OBJECTION, objection="other", purposes=[CONTRACT, INTEREST])
    parts = [
        right(Right.OBJECTION, objection="other", purposes=[one]) for one in (INTEREST, CONTRACT)
    ]
    for asked in ([whole], parts):
        open_to_it, met = understood(asked, regimes=["SG"])
        assert open_to_it.scope == {"objection": "other", "purposes": [INTEREST]}
        assert met.scope["purposes"] == [CONTRACT]
        assert met.scope["grounds"] == {CONTRACT: "contract_performance"}


def test_a_filing_leaves_everything_an_answer_needs(alice: AbstractBaseUser) -> None:
    case = cast.file(alice, right(Right.ACCESS), right(Right.DELETION), residence="FR")
    assert case.regimes == ["EU", "SG"]
    assert case.verification_method == "fresh_login"
    requests = case.requests.all()
    assert {request.state for request in requests} == {State.SUBMITTED}
    assert {request.rule_version for request in requests} == {"EU:2018-05-25 SG:2021-02-01"}
    receipt = Letter.objects.get(case=case)
    assert receipt.kind == Letter.Kind.RECEIPT
    assert case.reference in letters.render(receipt).text
    wake = Wake.objects.get(task="dsar.mail_notice")
    assert wake.arguments == [str(receipt.pk)]
    for request in requests:
        tags = [entry.tag for entry in log.entries(request.pk)]
        assert tags == ["request.submitted", "request.verified"]


def test_contact_and_values_stand_nowhere_in_the_clear(alice: AbstractBaseUser) -> None:
    canary = proposal(old="Canary-Old", new="Canary-New")
    case = cast.file(alice, correction(canary))
    assert cast.CONTACT.encode() not in bytes(case.contact)
    kept = Correction.objects.select_related("request__case__key").get()
    assert b"Canary" not in bytes(kept.old) + bytes(kept.new)
    assert corrections.read(kept) == corrections.Change(old="Canary-Old", new="Canary-New")
    assert "Canary" not in str(list(Request.objects.values_list("scope", flat=True)))


def test_a_failed_filing_leaves_nothing(alice: AbstractBaseUser) -> None:
    keys = Key.objects.count()
    with pytest.raises(IntakeError):
        cast.file(alice, right(Right.RESTRICTION))
    with pytest.raises(IntakeError):
        cast.file(alice, right(Right.ACCESS), contact=" ")
    assert not Case.objects.exists()
    assert not Entry.objects.filter(tag="request.submitted").exists()
    assert Key.objects.count() == keys


def test_post_that_arrived_earlier_is_due_earlier(alice: AbstractBaseUser) -> None:
    posted = datetime(2026, 6, 1, 4, tzinfo=UTC)
    case = cast.file(alice, right(Right.ACCESS), received_at=posted)
    request = case.requests.get()
    assert request.statutory_due_at == datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)
    assert request.due_at == request.statutory_due_at


def test_nothing_arrives_in_the_future(alice: AbstractBaseUser) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    with pytest.raises(IntakeError, match="received_at"):
        cast.file(alice, right(Right.ACCESS), received_at=tomorrow)


def test_the_houses_target_is_never_later_than_the_law(alice: AbstractBaseUser, settings) -> None:
    settings.DSAR = {**settings.DSAR, "INTERNAL_TARGET_DAYS": 5}
    early = cast.request_of(alice, Right.ACCESS)
    assert early.due_at == early.case.received_at + timedelta(days=5)
    settings.DSAR = {**settings.DSAR, "INTERNAL_TARGET_DAYS": 500}
    late = cast.request_of(alice, Right.ACCESS)
    assert late.due_at == late.statutory_due_at


def test_repeats_are_shown_and_not_refused(alice: AbstractBaseUser, bob: AbstractBaseUser) -> None:
    first = cast.request_of(alice, Right.ACCESS)
    cast.request_of(bob, Right.ACCESS)
    cast.request_of(alice, Right.PORTABILITY)
    again = cast.request_of(alice, Right.ACCESS)
    assert list(repeats.of(again)) == [first]
    assert not repeats.of(first).exists()
    assert '"repeat":true' in log.entries(again.pk)[0].canonical


@pytest.mark.parametrize("minutes", [None, 16, -1])
def test_only_a_fresh_log_in_of_the_own_account_verifies(
    alice: AbstractBaseUser, minutes: int | None
) -> None:
    at = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    assert cast.file(alice, right(Right.ACCESS), authenticated_at=at).verified_at is None


def test_somebody_elses_log_in_verifies_nobody(
    alice: AbstractBaseUser, bob: AbstractBaseUser
) -> None:
    case = cast.file(alice, right(Right.ACCESS), actor=cast.requester(bob))
    assert case.verified_at is None


def test_a_person_without_account_can_file(db: None) -> None:
    case = intake.file(
        subject=None,
        asked=[right(Right.ACCESS)],
        channel=Case.Channel.POST,
        language="en",
        contact=cast.CONTACT,
        actor=cast.staff("hugo", "Privacy handlers"),
    )
    assert case.subject_id is None
    assert cast.route(case.requests.get()).state == State.AWAITING_VERIFICATION


def test_filing_and_routing_an_access_takes_a_fixed_number_of_statements(
    alice: AbstractBaseUser,
) -> None:
    with CaptureQueriesContext(connection) as queries:
        cast.route(cast.request_of(alice, Right.ACCESS))
    # Some look for the policy in force, holidays that staff entered, changes of the account, and who decides.
    assert len(queries) <= 28, [query["sql"][:90] for query in queries]
