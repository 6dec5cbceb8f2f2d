"""Who may make which move: one table, in which a missing line means nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import policy
from dsar.cases.actors import ActorKind
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, State

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

TAKE_IN, HANDLE, DECIDE, APPROVE, AUDIT, WATCH, APPOINT = (
    "take_in_request",
    "handle_request",
    "decide_request",
    "approve_request",
    "audit_request",
    "watch_system",
    "appoint_deputies",
)
OFFICERS = "Data protection officers"
"""The group that hears of a date when its owner did not act."""
REQUESTER, SYSTEM = ActorKind.REQUESTER, ActorKind.SYSTEM

PERMISSIONS: dict[tuple[State, State], frozenset[str]] = {
    (State.SUBMITTED, State.AWAITING_VERIFICATION): frozenset({SYSTEM, HANDLE}),
    (State.SUBMITTED, State.IN_REVIEW): frozenset({SYSTEM, HANDLE}),
    (State.SUBMITTED, State.APPROVED): frozenset({SYSTEM}),
    (State.SUBMITTED, State.CLOSED): frozenset({SYSTEM, REQUESTER, HANDLE}),
    (State.AWAITING_VERIFICATION, State.IN_REVIEW): frozenset({SYSTEM, HANDLE}),
    (State.AWAITING_VERIFICATION, State.CLOSED): frozenset({SYSTEM, REQUESTER, HANDLE}),
    (State.IN_REVIEW, State.AWAITING_REQUESTER): frozenset({HANDLE}),
    (State.IN_REVIEW, State.APPROVED): frozenset({SYSTEM, DECIDE}),
    (State.IN_REVIEW, State.CLOSED): frozenset({REQUESTER, DECIDE}),
    (State.AWAITING_REQUESTER, State.IN_REVIEW): frozenset({SYSTEM, REQUESTER, HANDLE}),
    (State.AWAITING_REQUESTER, State.CLOSED): frozenset({REQUESTER, DECIDE}),
    (State.APPROVED, State.EXECUTING): frozenset({SYSTEM}),
    (State.APPROVED, State.IN_REVIEW): frozenset({SYSTEM, DECIDE}),
    (State.APPROVED, State.CLOSED): frozenset({REQUESTER, DECIDE}),
    (State.EXECUTING, State.CLOSED): frozenset({SYSTEM}),
    (State.EXECUTING, State.NEEDS_ATTENTION): frozenset({SYSTEM}),
    (State.EXECUTING, State.APPROVED): frozenset({SYSTEM}),
    (State.NEEDS_ATTENTION, State.EXECUTING): frozenset({SYSTEM, DECIDE}),
    (State.NEEDS_ATTENTION, State.IN_REVIEW): frozenset({DECIDE}),
    (State.NEEDS_ATTENTION, State.CLOSED): frozenset({DECIDE}),
}
"""Kinds of actors and codenames of permissions, any of which suffices.

A requester withdraws until execution begins, after which there is no line for them (R20).
"""

_SEEING = frozenset({"view_case", "view_request"})

GROUPS: dict[str, frozenset[str]] = {
    "Privacy intake": frozenset({TAKE_IN}),
    "Privacy handlers": _SEEING | {TAKE_IN, HANDLE},
    "Privacy reviewers": _SEEING | {TAKE_IN, HANDLE, DECIDE, WATCH},
    OFFICERS: _SEEING | {TAKE_IN, HANDLE, DECIDE, APPROVE, AUDIT, WATCH, APPOINT},
    "Auditors": _SEEING | {AUDIT, WATCH},
    "System owners": frozenset({WATCH, APPOINT}),
}
"""The groups that staff are put into, with what each may do (R188)."""


def allows(actor: Actor, request: Request, *, to: State, outcome: Outcome | None = None) -> bool:
    """Whether this actor may move this request there."""
    needed = _needed(request, to=to)
    if actor.is_requester_of(request.case):
        return REQUESTER in needed and outcome in {None, Outcome.WITHDRAWN_BY_REQUESTER}
    if actor.kind is ActorKind.SYSTEM:
        return SYSTEM in needed
    return any(actor.may(permission) for permission in sorted(needed - set(ActorKind)))


def _needed(request: Request, *, to: State) -> frozenset[str]:
    move = State(request.state), to
    signing = move == (State.IN_REVIEW, State.APPROVED)
    if signing and policy.handling(request) is Handling.TWO_PEOPLE:
        return frozenset({APPROVE})
    return PERMISSIONS.get(move, frozenset())
