"""File requests as a person does and grant them as staff do: everything before the work that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.intake import Asked
from dsar.cases.models import Decision
from dsar.cases.states import Outcome, Right, State
from dsar.engine import execution, reception, review

if TYPE_CHECKING:
    from dsar.cases.models import Request

OFFICERS = "Data protection officers"
_LOOKS = 5


def approved(person: Any, right: Right, *, asked: Asked | None = None) -> Request:
    """A request that only has to be carried out."""
    user = get_user_model()._base_manager.get(pk=person)
    case = reception.file(
        subject=user,
        asked=[asked or Asked(right=right)],
        actor=Actor(kind=ActorKind.REQUESTER, user=user),
        channel="api",
        language="en",
        contact=getattr(user, user.EMAIL_FIELD),
        authenticated_at=timezone.now(),
    )
    if case.verified_at is None:
        # The account changed lately: its earlier address is asked, and agrees.
        reception.agree(case, actor=SYSTEM)
    request = case.requests.get()
    if request.state == State.IN_REVIEW:
        request = _granted(request, person)
    return request


def _granted(request: Request, person: Any) -> Request:
    decider, signer = officers(person)
    request = _decided(request, decider)
    if request.state == State.IN_REVIEW:
        request = review.approve(request, actor=signer)
    return request


def _decided(request: Request, decider: Actor) -> Request:
    """Granted as it was shown. Where workers write of this person meanwhile, a mail for instance, staff look again."""
    looks = 0
    while True:
        looks += 1
        shown = review.preview(request, actor=decider).digest
        try:
            return review.decide(
                request, verdict=Decision.Verdict.GRANTED, actor=decider, shown=shown
            )
        except review.PlanChangedError:
            if looks == _LOOKS:
                raise


def officers(person: Any) -> tuple[Actor, Actor]:
    """Two other people of the scratch database, made officers."""
    users = get_user_model()._base_manager.exclude(pk=person).order_by("pk")[:2]
    group = Group.objects.get(name=OFFICERS)
    for user in users:
        user.is_staff = user.is_active = True
        user.save()
        user.groups.add(group)
    decider, signer = (Actor(kind=ActorKind.STAFF, user=user) for user in users)
    return decider, signer


def carry_out(request: Request) -> None:
    """Claim, do, answer, close; raises RuntimeError where it ends otherwise, for then nothing was measured."""
    execution.run(request.pk)


def check(request: Request) -> None:
    """See that the request was answered; outside what is measured."""
    request.refresh_from_db()
    done = {Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED, Outcome.NO_DATA_HELD}
    if request.state != State.CLOSED or request.outcome not in done:
        message = f"The request ended as {request.state} {request.outcome}; nothing was measured."
        raise RuntimeError(message)
