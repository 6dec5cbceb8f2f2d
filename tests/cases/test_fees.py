"""What an answer would cost: only where every law allows it, told before, agreed to or dropped, paid, and counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases import decisions, fees, letters, lifecycle, messages
from dsar.cases.asked import Proposal
from dsar.cases.fee_models import Fee
from dsar.cases.fees import NoFeeError
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError, NotPermittedError
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.states import Outcome, Right, State
from tests.cases import cast
from tests.cases.hours import blocked, clock, days, entries, fresh, reviewed

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


def announce(request: Request, actor: Actor, **more: Any) -> Fee:
    said: dict[str, Any] = {
        "amount": Decimal("20.00"),
        "currency": "SGD",
        "why": "Two hours in the archive.",
    }
    return fees.announce(request, actor=actor, **said | more)


def test_an_estimate_says_the_sum_the_law_what_stays_free_and_until_when(alice, dora, today):
    request = reviewed(alice, Right.ACCESS)
    fee = announce(request, dora)
    said = letters.read(fee.pause.letter)
    assert fee.pause.letter.kind == Letter.Kind.FEE
    assert said["estimate"] == ["SGD 20.00", "Two hours in the archive."]
    assert "PDP Regulations 2021 reg 7" in said["basis"][0]
    assert "stays free" in said["free_part"]
    assert "drop the request at no cost" in said["narrow_or_drop"]
    assert said["deadline"] == "11 June 2026"
    assert "goes on" in said["clock"][1], "No law of Singapore lets the clock wait for a fee."
    assert fresh(request).state == State.AWAITING_REQUESTER
    assert entries(request, "fee.announced")[0]["amount"] == "20.00"


@pytest.mark.parametrize(
    ("right", "residence"),
    [
        (Right.CORRECTION, ""),
        (Right.DELETION, ""),
        (Right.ACCESS, "US-CA"),
        (Right.CORRECTION, "FR"),
    ],
)
def test_no_fee_where_one_law_that_applies_forbids_it(alice, dora, today, right, residence):
    """Singapore allows one for access only, California none; the stricter law wins."""
    wrong = Proposal(declaration="testapp.Member", row="1", field="nickname", old="Al", new="Ali")
    corrections = (wrong,) if right is Right.CORRECTION else ()
    request = reviewed(alice, right, residence=residence, corrections=corrections)
    assert not fees.is_possible(request)
    with pytest.raises(GuardError) as error:
        announce(request, dora, reason="It repeats nine earlier ones.")
    assert blocked(error) == [Obstacle.NO_FEE]
    assert not Letter.objects.filter(kind="fee").exists()


def test_europe_allows_it_only_with_the_reason_why_it_is_excessive(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("EU",)}
    request = reviewed(alice, Right.DELETION)
    with pytest.raises(GuardError) as error:
        announce(request, dora)
    assert blocked(error) == [Obstacle.NO_REASON]
    fee = announce(fresh(request), dora, reason="It repeats nine earlier ones.")
    said = letters.read(fee.pause.letter)
    assert "excessive (GDPR Art. 12(5))" in said["basis"][0]
    assert "nine earlier" not in str(said)


def test_who_agrees_and_pays_is_answered_and_the_books_can_be_found(alice, dora, today):
    request = reviewed(alice, Right.ACCESS)
    announce(request, dora)
    with pytest.raises(NotPermittedError):
        fees.accept(fresh(request), actor=dora)
    fees.accept(fresh(request), actor=cast.requester(alice))
    fees.accept(fresh(request), actor=cast.requester(alice))
    assert len(entries(request, "fee.accepted")) == 1
    assert fresh(request).state == State.AWAITING_REQUESTER, "It is not paid yet."
    fee = fees.record_payment(fresh(request), payment="BANK 2026-0611", actor=dora)
    assert fresh(request).state == State.IN_REVIEW
    assert fees.read_payment(fee) == "BANK 2026-0611"
    assert b"BANK" not in bytes(Fee.objects.get().payment or b"BANK")
    assert "BANK" not in str(entries(request, "fee.paid"))
    assert days(request)[0] == date(2026, 7, 1), "Singapore's clock ran on."
    with pytest.raises(GuardError) as error:
        announce(fresh(request), dora)
    assert blocked(error) == [Obstacle.PAID]


def test_payment_is_recorded_once_and_by_who_may(alice, carol, dora, today):
    request = reviewed(alice, Right.ACCESS)
    with pytest.raises(NoFeeError):
        fees.record_payment(fresh(request), payment="BANK 1", actor=dora)
    announce(request, dora)
    with pytest.raises(NotPermittedError):
        fees.record_payment(fresh(request), payment="BANK 1", actor=carol)
    with pytest.raises(NoFeeError):
        fees.record_payment(fresh(request), payment=" ", actor=dora)
    fees.record_payment(fresh(request), payment="BANK 1", actor=dora)
    with pytest.raises(NoFeeError):
        fees.record_payment(fresh(request), payment="BANK 1", actor=dora)
    assert Fee.objects.get().accepted_at is not None, "Who pays agrees."


def test_british_time_begins_with_the_payment_and_with_nothing_less(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("GB",)}
    request = reviewed(alice, Right.ACCESS)
    fee = announce(request, dora, reason="It repeats nine earlier ones.")
    assert "begins when you have paid" in letters.read(fee.pause.letter)["clock"][1]
    today.move_to(datetime(2026, 6, 5, 4, tzinfo=UTC), tick=False)
    fees.accept(fresh(request), actor=cast.requester(alice))
    messages.reply(request.case, text="Why so much?", actor=cast.requester(alice))
    assert fresh(request).state == State.AWAITING_REQUESTER, "Words pay nothing."
    assert clock(request, "GB")["strict"] == "2026-07-01"
    today.move_to(datetime(2026, 6, 9, 4, tzinfo=UTC), tick=False)
    fees.record_payment(fresh(request), payment="BANK 1", actor=dora)
    assert clock(request, "GB")["start"] == "2026-06-09"
    assert clock(request, "GB")["strict"] == "2026-07-09"


def test_a_fee_in_vain_gains_no_time(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("GB",)}
    request = reviewed(alice, Right.ACCESS)
    announce(request, dora, reason="It repeats nine earlier ones.")
    today.move_to(datetime(2026, 6, 9, 4, tzinfo=UTC), tick=False)
    lifecycle.advance(fresh(request), to=State.IN_REVIEW, actor=dora)
    assert clock(request, "GB")["strict"] == "2026-07-01"
    assert fees.standing(fresh(request)) is None
    higher = announce(fresh(request), dora, amount=Decimal(30), reason="As before.")
    assert fees.standing(fresh(request)) == higher, "A higher fee is announced anew."
    with pytest.raises(GuardError):
        announce(fresh(request), dora, reason="As before.")


def test_who_drops_it_is_told_so_and_owes_nothing(alice, dora, today):
    request = reviewed(alice, Right.ACCESS)
    with pytest.raises(NoFeeError):
        fees.drop(fresh(request), actor=cast.requester(alice))
    announce(request, dora)
    fees.drop(fresh(request), actor=cast.requester(alice))
    assert fresh(request).outcome == Outcome.WITHDRAWN_BY_REQUESTER
    with pytest.raises(NoFeeError):
        fees.accept(fresh(request), actor=cast.requester(alice))


def test_an_estimate_without_answer_comes_back_and_may_then_be_refused(alice, dora, today):
    request = reviewed(alice, Right.ACCESS)
    refuse: Any = {
        "verdict": Decision.Verdict.REFUSED,
        "grounds": {"SG": "fee_not_agreed"},
        "actor": dora,
    }
    with pytest.raises(decisions.DecisionError):
        decisions.decide(fresh(request), **refuse)
    announce(fresh(request), dora)
    assert messages.let_go_on() == 0
    today.move_to(datetime(2026, 6, 12, 4, tzinfo=UTC), tick=False)
    assert messages.let_go_on() == 1
    decisions.decide(fresh(request), **refuse)
    assert fresh(request).outcome == Outcome.REFUSED
    (reason,) = letters.read(Letter.objects.get(kind="refusal"))["reasons"]
    assert "did not agree to pay" in reason
    assert "reg 7(3)" in reason


def test_who_agreed_is_not_refused_for_not_agreeing(alice, dora, today):
    request = reviewed(alice, Right.ACCESS)
    announce(request, dora)
    fees.accept(fresh(request), actor=cast.requester(alice))
    lifecycle.advance(fresh(request), to=State.IN_REVIEW, actor=dora)
    with pytest.raises(decisions.DecisionError):
        decisions.decide(
            fresh(request),
            verdict=Decision.Verdict.REFUSED,
            grounds={"SG": "fee_not_agreed"},
            actor=dora,
        )
    fees.record_payment(fresh(request), payment="BANK 1", actor=dora)
    assert fresh(request).state == State.IN_REVIEW, (
        "A payment that comes late is noted all the same."
    )
