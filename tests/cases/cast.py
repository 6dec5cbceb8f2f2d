"""The people of these tests, and the shortest honest way to bring a request into a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from dsar.cases import contents, decisions, intake, letters, lifecycle, policy
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.models import Case, Decision, Letter, Request
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, Right, State

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

CONTACT = "alice.canary@example.com"

ACCESS_ANSWER: dict[str, Any] = {
    "outcome": "fulfilled",
    "confirmation": "Yes, we process data about you.",
    "package": {"file": "copy.zip", "available_until": "2026-12-24", "sha256": "0f" * 32},
    "information": dict.fromkeys(contents.INFORMATION, ("As declared.",)),
    "exclusions": [],
}
DELETION_ANSWER: dict[str, Any] = {
    "outcome": "fulfilled",
    "receipts": [{"title": "Loans", "deleted": 3}],
    "recipients": [],
}


def person(name: str, **more: Any) -> Any:
    """A user of whatever model the project has."""
    model = get_user_model()
    address = f"{name}@example.com"
    named = {model.USERNAME_FIELD: address, model.get_email_field_name(): address}
    return model._default_manager.create_user(**named, **more)  # noqa: SLF001 - as Django documents it.


def staff(name: str, *groups: str, **more: Any) -> Actor:
    user = person(name, is_staff=True, **more)
    user.groups.set(Group.objects.filter(name__in=groups))
    return Actor(kind=ActorKind.STAFF, user=user)


def requester(user: AbstractBaseUser) -> Actor:
    return Actor(kind=ActorKind.REQUESTER, user=user)


def file(user: AbstractBaseUser, *asked: Asked, fresh: bool = True, **more: Any) -> Case:
    said: dict[str, Any] = {
        "subject": user,
        "asked": asked,
        "channel": Case.Channel.PORTAL,
        "language": "en",
        "contact": CONTACT,
        "actor": requester(user),
        "authenticated_at": timezone.now() if fresh else None,
    }
    return intake.file(**said | more)


def request_of(user: AbstractBaseUser, right: Right, **more: Any) -> Request:
    """One filed request of a right, verified, in the state `submitted`."""
    scope = more.pop("scope", {})
    corrections = more.pop("corrections", ())
    case = file(user, Asked(right=right, scope=scope, corrections=corrections), **more)
    return case.requests.select_related("case__key").get()


def granted(request: Request, *, by: Actor, signed_by: Actor) -> Request:
    """The request decided by one and signed by another where its right needs two."""
    route(request)
    if request.state == State.IN_REVIEW:
        decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=by)
    if request.state == State.IN_REVIEW:
        decisions.approve(request, actor=signed_by)
    return request


def route(request: Request) -> Request:
    """The first moves of a verified or unverified request, as the policy table says."""
    handling = policy.handling(request)
    if handling is Handling.AT_ONCE:
        return request
    if request.case.verified_at is None:
        return lifecycle.advance(request, to=State.AWAITING_VERIFICATION, actor=SYSTEM)
    if handling is Handling.AUTOMATIC:
        decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=SYSTEM)
        return request
    return lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)


def execute(request: Request) -> Request:
    return lifecycle.advance(request, to=State.EXECUTING, actor=SYSTEM)


def answer(request: Request, **content: Any) -> Letter:
    return letters.write(request, kind=Letter.Kind.ANSWER, content=content)


def fulfil(request: Request) -> Request:
    return lifecycle.advance(request, to=State.CLOSED, actor=SYSTEM, outcome=Outcome.FULFILLED)
