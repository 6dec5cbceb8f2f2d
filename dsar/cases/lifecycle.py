"""The only writer of a request's state: one lock, one permission check, the guards, one ledger entry."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now

from dsar import conf
from dsar.cases import guards, minors, notes, permissions, waiting, withholding
from dsar.cases.guards import Move, Obstacle
from dsar.cases.joined import transaction_of_caller
from dsar.cases.models import Decision, Request
from dsar.cases.states import TRANSITIONS, Outcome, Right, State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.cases.actors import Actor

_SIGNED = frozenset({State.APPROVED, State.NEEDS_ATTENTION})
_WAITING = frozenset({State.AWAITING_VERIFICATION, State.AWAITING_REQUESTER})
_SHOWN = ("state", "outcome", "not_before", "answered_at", "closed_at")

_TAGS: dict[State, Tag] = {
    State.AWAITING_VERIFICATION: Tag.REQUEST_VERIFICATION_ASKED,
    State.AWAITING_REQUESTER: Tag.REQUEST_CLARIFICATION_ASKED,
    State.APPROVED: Tag.REQUEST_APPROVED,
    State.EXECUTING: Tag.REQUEST_CLAIMED,
    State.NEEDS_ATTENTION: Tag.REQUEST_FAILED,
    State.CLOSED: Tag.REQUEST_CLOSED,
}


class MoveError(Exception):
    """The request cannot make this move."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class TransitionError(MoveError):
    """No such move leads out of the request's state."""


class NotPermittedError(MoveError):
    """The actor may not make this move."""


class GuardError(MoveError):
    """Something stands in the way of the move."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(" ".join(obstacles))
        self.obstacles = obstacles

    @property
    def public(self) -> str:
        """What the requester may be told."""
        return self.obstacles[0].public


def advance(  # noqa: PLR0913 - a move is said whole.
    request: Request,
    *,
    to: State,
    actor: Actor,
    outcome: Outcome | None = None,
    reason: str = "",
    held: bool = False,
    also: Mapping[str, Any] | None = None,
) -> Request:
    """Move a request, write the evidence, and show the new state on the instance that was given.

    Raises TransitionError, NotPermittedError or GuardError, and then nothing is written. A reason is kept as
    a sealed note; the ledger gets its digest. `held` says that the caller read and locked the row in this
    transaction, with its case, its key and the database's time as `at`: it is not read again. `also` are
    other columns of the row, written by the same statement.
    """
    with effect("request.move"), transaction_of_caller():
        move = (_held if held else _look)(request, to=to, actor=actor, outcome=outcome)
        _check(move)
        changes = _changes(move) | dict(also or {})
        Request.objects.filter(pk=move.request.pk).update(**changes)
        _void_signature(move)
        _witness(move, reason=reason)
        if move.outcome in withholding.OWING:
            withholding.begin(move.request, refused_at=move.at)
        if move.request.state in _WAITING:
            waiting.end(move.request, **move.actor.witnessed(move.request.case))
    for name in _SHOWN:
        setattr(request, name, changes.get(name, getattr(move.request, name)))
    return request


def obstacles(
    request: Request, *, to: State, actor: Actor, outcome: Outcome | None = None
) -> list[Obstacle]:
    """What `advance` would find in the way now, for staff to see beforehand."""
    with transaction_of_caller():
        return guards.obstacles(_look(request, to=to, actor=actor, outcome=outcome))


def _look(request: Request, *, to: State, actor: Actor, outcome: Outcome | None) -> Move:
    """The request as it stands, locked, with the database's time: one clock for every worker."""
    locked = (
        Request.objects.select_for_update(of=("self",))
        .select_related("case__key")
        .annotate(at=Now())
        .get(pk=request.pk)
    )
    return Move(request=locked, to=to, actor=actor, outcome=outcome, at=locked.at)


def _held(request: Request, *, to: State, actor: Actor, outcome: Outcome | None) -> Move:
    """The same from a row that is locked already."""
    return Move(request=request, to=to, actor=actor, outcome=outcome, at=request.at)  # type: ignore[attr-defined]


def _check(move: Move) -> None:
    state = State(move.request.state)
    if move.to not in TRANSITIONS[state]:
        message = f"No move leads from {state.value} to {move.to.value}."
        raise TransitionError(message)
    if not permissions.allows(move.actor, move.request, to=move.to, outcome=move.outcome):
        raise NotPermittedError
    if found := guards.obstacles(move):
        raise GuardError(found)


def _changes(move: Move) -> dict[str, Any]:
    changes: dict[str, Any] = {"state": move.to}
    if move.to is State.CLOSED:
        changes |= {"outcome": move.outcome, "closed_at": move.at}
    if move.to is State.IN_REVIEW:
        changes["not_before"] = None
    if move.to is State.APPROVED and move.request.state == State.IN_REVIEW:
        changes["not_before"] = _end_of_waiting(move)
    return changes


def _void_signature(move: Move) -> None:
    """A second signature was for what was seen then; what comes back to review is signed again."""
    if move.to is State.IN_REVIEW and move.request.state in _SIGNED:
        signed = Decision.objects.filter(request=move.request)
        signed.update(approved_by=None, approved_at=None)


def _end_of_waiting(move: Move) -> Any:
    """A deletion can be cancelled until then (R93); nothing else waits."""
    if move.request.right != Right.DELETION:
        return None
    case = move.request.case
    if minors.may_go_at_once(case.subject_relation, case.pk):
        return move.at
    return move.at + timedelta(seconds=conf.get("WAITING_PERIOD_SECONDS"))


def _witness(move: Move, *, reason: str) -> None:
    case = move.request.case
    detail = {"from": move.request.state, "to": move.to.value} | move.actor.witnessed(case)
    if move.outcome is not None:
        detail["outcome"] = move.outcome.value
    if reason:
        notes.write(case, text=reason, actor=move.actor)
        detail["reason"] = box.digest(case.key, reason)
    log.append(_tag(move), request=move.request.pk, **detail)


def _tag(move: Move) -> Tag:
    if move.outcome is Outcome.WITHDRAWN_BY_REQUESTER:
        return Tag.REQUEST_WITHDRAWN
    if move.to is State.IN_REVIEW and move.request.state == State.AWAITING_REQUESTER:
        return Tag.REQUEST_CLARIFIED
    if move.to is State.APPROVED and move.request.state == State.EXECUTING:
        return Tag.REQUEST_RELEASED
    return _TAGS.get(move.to, Tag.REQUEST_MOVED)
