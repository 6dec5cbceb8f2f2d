"""The first moves of a request after filing or verification, as the policy table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import decisions, lifecycle, policy
from dsar.cases.actors import SYSTEM
from dsar.cases.models import Decision
from dsar.cases.policy import Handling
from dsar.cases.states import State

if TYPE_CHECKING:
    from dsar.cases.models import Request


def route(request: Request) -> Request:
    """Move a request as far as it goes without people.

    Unverified, it waits for the requester; automatic, it is approved; otherwise staff get it. What takes effect
    at once stays where it is: the engine carries it out in the transaction of its filing.
    """
    handling = policy.handling(request)
    if handling is Handling.AT_ONCE:
        return request
    if request.case.verified_at is None:
        return _wait(request)
    if handling is Handling.AUTOMATIC:
        return _grant(request)
    return lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)


def _wait(request: Request) -> Request:
    if request.state == State.AWAITING_VERIFICATION:
        return request
    return lifecycle.advance(request, to=State.AWAITING_VERIFICATION, actor=SYSTEM)


def _grant(request: Request) -> Request:
    if request.state == State.AWAITING_VERIFICATION:
        lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)
    decisions.decide(request, verdict=Decision.Verdict.GRANTED, actor=SYSTEM)
    return request
