"""A hold on a kind of records, or on one, is in the way of the deletions that would touch it, and of no other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases.asked import Asked
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Decision
from dsar.cases.states import Right
from dsar.engine import execution, review
from dsar.registers import holds
from tests.testapp.models import Loan, Member, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

TERMS: dict[str, Any] = {
    "ground": "Secret claim",
    "law": "Limitation Act 1959 s 6",
    "review_on": date(2027, 1, 1),
}


def test_a_deletion_of_everything_waits_for_a_hold_on_one_record(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], dora: Actor
) -> None:
    """Nothing hints at it to the person; nothing is touched, and after the release all of it goes."""
    loan = Loan.objects.filter(borrower_id=cast.alice.pk).order_by("pk")[0]
    hold = holds.place(
        cast.alice.user, **TERMS, by=dora.user, declaration="testapp.Loan", row=str(loan.pk)
    )
    case = ask(cast.alice, "deletion")
    with pytest.raises(GuardError) as caught:
        granted(case)
    assert caught.value.obstacles == [Obstacle.HELD]
    assert "hold" not in caught.value.public.casefold()
    assert Loan.objects.get(pk=loan.pk).borrower_id == cast.alice.pk
    holds.release(hold, by=dora.user)
    execution.run(granted(case).pk)
    assert Loan.objects.get(pk=loan.pk).borrower_id is None


def test_a_hold_on_a_kind_lets_the_deletion_of_others_go_on(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], dora: Actor
) -> None:
    sent = Message.objects.filter(sender_id=cast.alice.pk)
    assert sent.exists()
    before = set(Loan.objects.filter(borrower_id=cast.alice.pk).values_list("pk", "remarks"))
    assert before
    holds.place(cast.alice.user, **TERMS, by=dora.user, declaration="testapp.Loan")
    messages = Asked(right=Right.DELETION, scope={"declarations": ["testapp.Message"]})
    answered(ask(cast.alice, messages))
    assert not sent.exists()
    assert (
        set(Loan.objects.filter(borrower_id=cast.alice.pk).values_list("pk", "remarks")) == before
    )


def test_what_a_hold_covers_may_be_left_and_the_rest_goes(
    cast: Cast, ask: Callable[..., Case], dora: Actor, otto: Actor
) -> None:
    loan = Loan.objects.filter(borrower_id=cast.alice.pk).order_by("pk")[0]
    holds.place(
        cast.alice.user, **TERMS, by=dora.user, declaration="testapp.Loan", row=str(loan.pk)
    )
    case = ask(cast.alice, "deletion")
    request = case.requests.get()
    kept = {
        label: dict.fromkeys(case.regimes, "legal_claims")
        for label in ("testapp.Loan", "testapp.Tag")
    }
    shown = review.preview(request, actor=dora).digest
    said: dict[str, Any] = {"verdict": Decision.Verdict.GRANTED_IN_PART, "reason": "A claim."}
    request = review.decide(request, actor=dora, shown=shown, kept=kept, **said)
    review.approve(request, actor=otto)
    execution.run(request.pk)
    assert Loan.objects.get(pk=loan.pk).remarks == loan.remarks
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()


def test_a_hold_on_one_record_placed_after_approval_stops_the_deletion(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], dora: Actor
) -> None:
    request = granted(ask(cast.alice, "deletion"))
    loan = Loan.objects.filter(borrower_id=cast.alice.pk).order_by("pk")[0]
    holds.place(
        cast.alice.user, **TERMS, by=dora.user, declaration="testapp.Loan", row=str(loan.pk)
    )
    assert execution.run(request.pk) is None
    assert Loan.objects.get(pk=loan.pk).borrower_id == cast.alice.pk
    assert Member.objects.filter(user_id=cast.alice.pk).exists()
