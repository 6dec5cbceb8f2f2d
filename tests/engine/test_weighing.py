"""While an objection is weighed its purpose is restricted by itself, and nobody finds it followed again unawares."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases import letters, withdrawal
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.models import Decision, Letter
from dsar.cases.states import Right, State
from dsar.engine import meanwhile, review, weighing
from dsar.processing import permitted
from dsar.registers import objections, restrictions
from tests.testapp.privacy import LENDING, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


def objection(*codes: str) -> Asked:
    return Asked(right=Right.OBJECTION, scope={"objection": "other", "purposes": [*codes]})


OBJECTION = objection(SAFETY.code)


def later(request: Request) -> None:
    """Let the days of notice pass."""
    before = timezone.now() - meanwhile.NOTICE - timedelta(minutes=1)
    Letter.objects.filter(request=request, kind=Letter.Kind.LIFTING).update(written_at=before)


def taken_back(request: Request, person) -> None:
    requester = Actor(kind=ActorKind.REQUESTER, user=person.user)
    withdrawal.withdraw(request, actor=requester)


def test_while_an_objection_is_weighed_its_purpose_is_restricted_and_no_longer(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Once it is granted the objection itself stops it."""
    assert permitted(cast.alice.user, SAFETY)
    case = ask(cast.alice, OBJECTION)
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert (standing.purpose_id, standing.ground) == (SAFETY.code, "objection_pending")
    assert standing.request_reference == case.requests.get().pk
    assert not permitted(cast.alice.user, SAFETY)
    assert permitted(cast.bob.user, SAFETY)
    assert weighing.sweep() == 0

    answered(case)
    assert objections.is_open(cast.alice.pk, SAFETY)
    assert weighing.sweep() == 1
    assert not restrictions.open_for(cast.alice.pk).exists()
    assert not permitted(cast.alice.user, SAFETY)
    assert not Letter.objects.filter(kind=Letter.Kind.LIFTING).exists()


def test_after_a_refusal_the_person_is_told_before_the_purpose_is_followed_again(
    cast: Cast, ask: Callable[..., Case], dora: Actor, otto: Actor
) -> None:
    case = ask(cast.alice, objection(SAFETY.code, LENDING.code))
    assert permitted(cast.alice.user, LENDING), "A contract is not weighed."
    request = review.decide(
        case.requests.get(scope__purposes=[SAFETY.code]),
        verdict=Decision.Verdict.REFUSED,
        grounds=dict.fromkeys(case.regimes, "compelling_legitimate_grounds"),
        reason="Without it nobody is safe.",
        balancing="Everybody's safety against one wish.",
        actor=dora,
    )
    if request.state == State.IN_REVIEW:
        request = review.approve(request, actor=otto)
    assert request.state == State.CLOSED
    assert not permitted(cast.alice.user, SAFETY)
    assert weighing.sweep() == 1
    text = letters.render(Letter.objects.get(kind=Letter.Kind.LIFTING)).text
    assert "while we weighed your objection" in text
    assert SAFETY.label in text
    assert weighing.sweep() == 0
    assert not permitted(cast.alice.user, SAFETY)
    later(request)
    assert weighing.sweep() == 1
    assert permitted(cast.alice.user, SAFETY)
    assert weighing.sweep() == 0


def test_another_objection_or_a_restriction_of_its_own_keeps_it(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    first = ask(cast.alice, OBJECTION).requests.get()
    second = ask(cast.alice, OBJECTION).requests.get()
    taken_back(first, cast.alice)
    assert weighing.sweep() == 1
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert standing.request_reference == second.pk

    wish = Asked(right=Right.RESTRICTION, scope={"ground": "claims", "purposes": [SAFETY.code]})
    own = answered(ask(cast.alice, wish))
    taken_back(second, cast.alice)
    assert weighing.sweep() == 0
    (standing,) = restrictions.open_for(cast.alice.pk)
    assert (standing.request_reference, standing.ground) == (own.pk, "claims")
    assert not Letter.objects.filter(kind=Letter.Kind.LIFTING).exists()
    third = ask(cast.alice, OBJECTION).requests.get()
    taken_back(third, cast.alice)
    assert weighing.sweep() == 0
    assert restrictions.open_for(cast.alice.pk).get().request_reference == own.pk
