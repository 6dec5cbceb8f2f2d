"""Each guard stops a move while its reason stands, and lets it pass after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dsar.cases import decisions, identity, lifecycle, timeline, withdrawal
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError, NotPermittedError, TransitionError
from dsar.cases.models import Decision, Request
from dsar.cases.states import Outcome, Right, State
from dsar.registers import holds
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

RESTRICTION = {"ground": "unlawful"}


def stopped(request: Request, **move: Any) -> list[Obstacle]:
    with pytest.raises(GuardError) as caught:
        lifecycle.advance(request, **move)
    return caught.value.obstacles


def deletion(user: AbstractBaseUser, dora: Actor, olga: Actor) -> Request:
    return cast.granted(cast.request_of(user, Right.DELETION), by=dora, signed_by=olga)


def test_nothing_personal_before_identity(alice: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False))
    move: dict[str, Any] = {"to": State.IN_REVIEW, "actor": SYSTEM}
    assert stopped(request, **move) == [Obstacle.NOT_VERIFIED]
    me = cast.requester(alice)
    identity.verify(request.case, actor=me, authenticated_at=timezone.now())
    assert lifecycle.advance(request, **move).state == State.IN_REVIEW


def test_a_closing_needs_an_outcome_and_nothing_else_has_one(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.RESTRICTION, scope=RESTRICTION))
    assert Obstacle.OUTCOME_MISSING in stopped(request, to=State.CLOSED, actor=dora)
    open_end: dict[str, Any] = {
        "to": State.AWAITING_REQUESTER,
        "actor": dora,
        "outcome": Outcome.SPAM,
    }
    assert stopped(request, **open_end) == [Obstacle.OUTCOME_MISSING]


def test_nothing_that_was_not_executed_ends_as_fulfilled(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.RESTRICTION, scope=RESTRICTION))
    cast.answer(request, outcome="decided")
    move: dict[str, Any] = {"to": State.CLOSED, "actor": dora, "outcome": Outcome.FULFILLED}
    assert stopped(request, **move) == [Obstacle.OUTCOME_IMPOSSIBLE]


def test_failed_execution_cannot_be_declared_fulfilled(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.execute(cast.route(cast.request_of(alice, Right.ACCESS)))
    lifecycle.advance(request, to=State.NEEDS_ATTENTION, actor=SYSTEM)
    cast.answer(request, outcome="decided")
    move: dict[str, Any] = {"to": State.CLOSED, "actor": dora, "outcome": Outcome.FULFILLED}
    assert stopped(request, **move) == [Obstacle.OUTCOME_IMPOSSIBLE]


def test_what_takes_effect_at_once_closes_where_it_was_filed(alice: AbstractBaseUser) -> None:
    scope = {"objection": "marketing"}
    request = cast.request_of(alice, Right.OBJECTION, scope=scope, fresh=False)
    cast.answer(request, outcome="fulfilled", purposes=["News"], effective_at="now")
    assert cast.fulfil(request).outcome == Outcome.FULFILLED


def test_no_closing_without_an_answer(alice: AbstractBaseUser) -> None:
    request = cast.execute(cast.route(cast.request_of(alice, Right.ACCESS)))
    move: dict[str, Any] = {"to": State.CLOSED, "actor": SYSTEM, "outcome": Outcome.FULFILLED}
    assert stopped(request, **move) == [Obstacle.UNANSWERED]
    cast.answer(request, **cast.ACCESS_ANSWER)
    assert lifecycle.advance(request, **move).outcome == Outcome.FULFILLED


def test_the_database_refuses_to_close_without_an_answer(alice: AbstractBaseUser) -> None:
    request = cast.execute(cast.route(cast.request_of(alice, Right.ACCESS)))
    row = Request.objects.filter(pk=request.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(state=State.CLOSED, outcome=Outcome.FULFILLED)


def test_spam_needs_no_answer(alice: AbstractBaseUser, dora: Actor) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    lifecycle.advance(request, to=State.CLOSED, actor=dora, outcome=Outcome.SPAM)
    assert request.outcome == Outcome.SPAM


def test_approval_needs_a_decision(alice: AbstractBaseUser, dora: Actor) -> None:
    request = cast.route(cast.request_of(alice, Right.RESTRICTION, scope=RESTRICTION))
    assert stopped(request, to=State.APPROVED, actor=dora) == [Obstacle.UNDECIDED]
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora)
    assert request.state == State.APPROVED


def test_refusal_needs_a_ground_under_every_law(alice: AbstractBaseUser, dora: Actor) -> None:
    request = cast.request_of(alice, Right.DELETION, residence="DE")
    cast.route(request)
    refuse: dict[str, Any] = {"verdict": Decision.Verdict.REFUSED, "actor": dora}
    with pytest.raises(decisions.DecisionError, match="SG"):
        decisions.decide(request, grounds={"EU": "freedom_of_expression"}, **refuse)
    grounds = {"EU": "freedom_of_expression", "SG": "still_necessary"}
    decisions.decide(request, grounds=grounds, **refuse)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.REFUSED)


def test_closing_as_refused_needs_the_grounds_too(alice: AbstractBaseUser, dora: Actor) -> None:
    request = cast.route(cast.request_of(alice, Right.RESTRICTION, scope=RESTRICTION))
    move: dict[str, Any] = {"to": State.CLOSED, "actor": dora, "outcome": Outcome.REFUSED}
    assert Obstacle.GROUNDLESS in stopped(request, **move)


def test_who_decided_a_deletion_cannot_sign_it(alice: AbstractBaseUser, olga: Actor) -> None:
    request = cast.route(cast.request_of(alice, Right.DELETION))
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=olga)
    with pytest.raises(GuardError):
        decisions.approve(request, actor=olga)
    assert stopped(request, to=State.APPROVED, actor=olga) == [Obstacle.UNSIGNED]
    other = cast.staff("otto", "Data protection officers")
    decisions.approve(request, actor=other)
    assert request.state == State.APPROVED


def test_superusers_need_a_second_person_too(alice: AbstractBaseUser, olga: Actor) -> None:
    root = cast.staff("root", is_superuser=True)
    request = cast.route(cast.request_of(alice, Right.DELETION))
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=root)
    with pytest.raises(GuardError):
        decisions.approve(request, actor=root)
    decision = Decision.objects.filter(request=request)
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.update(approved_by=root.user)


def test_a_decider_whose_account_is_gone_leaves_nothing_to_sign(
    alice: AbstractBaseUser, dora: Actor, olga: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.DELETION))
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=dora)
    dora.user.delete()
    with pytest.raises(GuardError):
        decisions.approve(request, actor=olga)


def test_a_deletion_that_returns_to_review_is_signed_again(
    alice: AbstractBaseUser, dora: Actor, olga: Actor
) -> None:
    request = deletion(alice, dora, olga)
    lifecycle.advance(request, to=State.IN_REVIEW, actor=dora)
    assert request.not_before is None
    assert stopped(request, to=State.APPROVED, actor=olga) == [Obstacle.UNSIGNED]


def test_no_deletion_over_a_hold_and_nobody_tells(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    request = deletion(alice, dora, olga)
    review = timezone.localdate() + timedelta(days=90)
    secret: dict[str, Any] = {"ground": "Secret inquiry", "law": "Criminal Procedure Code"}
    hold = holds.place(alice, review_on=review, by=dora.user, **secret)
    with pytest.raises(GuardError) as caught:
        cast.execute(request)
    assert caught.value.obstacles == [Obstacle.HELD]
    assert "hold" not in caught.value.public.casefold()
    assert "Secret" not in str(timeline.timeline(request))
    holds.release(hold, by=dora.user)
    assert cast.execute(request).state == State.EXECUTING


def test_no_deletion_over_an_open_access_request(
    alice: AbstractBaseUser, bob: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    request = deletion(alice, dora, olga)
    cast.request_of(bob, Right.ACCESS)
    access = cast.request_of(alice, Right.ACCESS)
    assert stopped(request, to=State.EXECUTING, actor=SYSTEM) == [Obstacle.COPY_OPEN]
    withdrawal.withdraw(access, actor=cast.requester(alice))
    assert cast.execute(request).state == State.EXECUTING


def test_no_path_skips_the_waiting_period(
    alice: AbstractBaseUser, dora: Actor, olga: Actor
) -> None:
    request = deletion(alice, dora, olga)
    assert stopped(request, to=State.EXECUTING, actor=SYSTEM) == [Obstacle.TOO_EARLY]
    row = Request.objects.filter(pk=request.pk)
    past = timezone.now() - timedelta(days=1)
    for change in (
        {"state": State.EXECUTING},
        {"state": State.EXECUTING, "not_before": past},
        {"state": State.EXECUTING, "not_before": None},
        {"not_before": past},
        {"not_before": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)
    assert row.get().state == State.APPROVED


def test_deletion_runs_when_the_waiting_period_has_ended(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    request = deletion(alice, dora, olga)
    assert request.not_before is not None
    assert cast.execute(request).state == State.EXECUTING


def test_deletions_of_one_person_take_turns(
    alice: AbstractBaseUser, bob: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    first, second, neighbours = (deletion(user, dora, olga) for user in (alice, alice, bob))
    cast.execute(first)
    cast.execute(neighbours)
    assert stopped(second, to=State.EXECUTING, actor=SYSTEM) == [Obstacle.TAKING_TURNS]
    cast.answer(first, **cast.DELETION_ANSWER)
    cast.fulfil(first)
    assert cast.execute(second).state == State.EXECUTING


def test_a_requester_withdraws_until_execution_begins(alice: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS))
    assert request.state == State.APPROVED
    cast.execute(request)
    with pytest.raises((TransitionError, NotPermittedError)):
        withdrawal.withdraw(request, actor=cast.requester(alice))
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    assert request.answered_at is None


def test_nobody_withdraws_for_another(alice: AbstractBaseUser, bob: AbstractBaseUser) -> None:
    request = cast.route(cast.request_of(alice, Right.ACCESS))
    stranger = cast.requester(bob)
    with pytest.raises(NotPermittedError):
        withdrawal.withdraw(request, actor=stranger)
    nobody = Actor(kind=ActorKind.REQUESTER)
    with pytest.raises(NotPermittedError):
        withdrawal.withdraw(request, actor=nobody)


def test_obstacles_are_shown_beforehand(alice: AbstractBaseUser, dora: Actor, olga: Actor) -> None:
    request = deletion(alice, dora, olga)
    cast.file(alice, Asked(right=Right.PORTABILITY))
    found = lifecycle.obstacles(request, to=State.EXECUTING, actor=SYSTEM)
    assert found == [Obstacle.TOO_EARLY, Obstacle.COPY_OPEN]


def test_a_deletion_can_be_cancelled_while_it_waits(
    alice: AbstractBaseUser, dora: Actor, olga: Actor
) -> None:
    request = deletion(alice, dora, olga)
    assert request.state == State.APPROVED
    withdrawal.withdraw(request, actor=cast.requester(alice))
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.WITHDRAWN_BY_REQUESTER)


def test_a_resumed_deletion_meets_the_guards_again(
    alice: AbstractBaseUser, dora: Actor, olga: Actor, no_waiting: None
) -> None:
    request = cast.execute(deletion(alice, dora, olga))
    lifecycle.advance(request, to=State.NEEDS_ATTENTION, actor=SYSTEM)
    review = timezone.localdate() + timedelta(days=90)
    holds.place(alice, ground="Claim", law="Limitation Act", review_on=review, by=dora.user)
    assert stopped(request, to=State.EXECUTING, actor=SYSTEM) == [Obstacle.HELD]
