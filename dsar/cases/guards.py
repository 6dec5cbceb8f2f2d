"""What must hold before a request moves: each guard looks at one move and names what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from dsar.cases import covering, person, policy, variants
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.policy import Handling
from dsar.cases.redaction_models import Redaction
from dsar.cases.states import COPIES, DONE, ENDINGS, UNANSWERED, Outcome, Right, State
from dsar.law import grounds
from dsar.registers import holds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor

_PERSONAL = frozenset({State.IN_REVIEW, State.APPROVED, State.EXECUTING})
_TELLING = DONE | {Outcome.REFUSED}
_UNDER_WAY = (State.EXECUTING, State.NEEDS_ATTENTION)
_CHANGES = (Right.CORRECTION, Right.DELETION)


class Obstacle(StrEnum):
    """What stands in the way of a move, in staff's words."""

    OUTCOME_MISSING = "A request closes with an outcome, and has none before."
    OUTCOME_IMPOSSIBLE = "From this state a request cannot end with this outcome."
    NOT_VERIFIED = "The requester's identity is not verified."
    UNDECIDED = "The request was not decided in the requester's favour."
    UNSIGNED = "A second person must sign, other than the one who decided."
    UNANSWERED = "No answer was written to the requester."
    GROUNDLESS = "A refusal needs a valid ground under every law that applies."
    HELD = "Data that it would delete is on hold."
    COPY_OPEN = "An access or portability request of this person is still open."
    TOO_EARLY = "The waiting period has not ended."
    FROZEN = "Somebody at an earlier address said that it was not they who asked."
    ANSWERED = "The request was answered, or is not in a state for this."
    NO_REASON = "This needs a reason in words."
    NOT_VERIFIABLE = "No law lets identity be asked for here."
    NO_FEE = "Not every law that applies lets a fee be asked here."
    PAID = "A fee was paid for this request, so no other can be asked."
    ASKED_BEFORE = "The same kind of question is open already."
    TOO_LATE = "The notice would come too late: the date it could move has passed."
    NOT_EXTENDABLE = "The laws named give no more time for this right on this ground."
    EXTENDED_BEFORE = "It was extended under this law before, and can be once."
    NOT_LATER = "The day promised must be later than the date as it stands."
    NOT_ATTACHABLE = "This law cannot be added or taken away here."
    NO_LAW_LEFT = "Without this law none would know the right."
    UNSEEN_REDACTION = "A passage to be left out waits for the look of a second person."
    UNFOUNDED_REDACTION = "A passage to be left out lacks a ground under a law that applies by now."
    TAKING_TURNS = "Another correction or deletion of this person is under way."

    @property
    def public(self) -> str:
        """The same for the requester, who must not learn of holds (R155)."""
        return "This request cannot move on yet; we will let you know as soon as it does."


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move somebody wants: the locked request, where to, by whom, and the database's time."""

    request: Request
    to: State
    actor: Actor
    outcome: Outcome | None
    at: datetime

    @cached_property
    def others(self) -> list[tuple[str, str]]:
        """Right and state of every other open request about the person, read once: after the person's turn is taken.

        A refused one whose copy is not put aside yet still counts (PDPA s 22A).
        """
        owed = Q(preserved__copied_at__isnull=True, preserved__ended_at__isnull=True)
        still_open = ~Q(state=State.CLOSED) | owed & Q(preserved__isnull=False)
        others = _requests_of_same_person(self.request).filter(still_open)
        return list(others.values_list("right", "state"))

    def closes_as(self, outcomes: frozenset[Outcome]) -> bool:
        """Whether it closes the request with one of these outcomes."""
        return self.to is State.CLOSED and self.outcome in outcomes


def obstacles(move: Move) -> list[Obstacle]:
    """Everything that stands in the way, in the order of the guards."""
    return [found for guard in _GUARDS if (found := guard(move))]


def _outcome(move: Move) -> Obstacle | None:
    if (move.to is State.CLOSED) != (move.outcome is not None):
        return Obstacle.OUTCOME_MISSING
    if move.outcome is None or move.outcome in ENDINGS[State(move.request.state)]:
        return None
    if _done_at_once(move):
        return None
    return Obstacle.OUTCOME_IMPOSSIBLE


def _done_at_once(move: Move) -> bool:
    """Whether this closes, where it was filed, a request that had its effect at filing."""
    filed = move.request.state == State.SUBMITTED and move.outcome in DONE
    return filed and variants.takes_effect_at_once(move.request)


def _frozen(move: Move) -> Obstacle | None:
    """A frozen case is set aside or withdrawn, and does nothing else."""
    if move.request.case.frozen_at is None or move.to not in _PERSONAL:
        return None
    return Obstacle.FROZEN


def _identity(move: Move) -> Obstacle | None:
    """Nothing personal is shown, decided or done before identity is established (R29)."""
    if move.to not in _PERSONAL and not move.closes_as(_TELLING):
        return None
    if move.request.case.verified_at or variants.takes_effect_at_once(move.request):
        return None
    return Obstacle.NOT_VERIFIED


def _decision(move: Move) -> Obstacle | None:
    if move.to not in {State.APPROVED, State.EXECUTING}:
        return None
    granted = (Decision.Verdict.GRANTED, Decision.Verdict.GRANTED_IN_PART)
    if _decided(move.request, verdicts=granted) or variants.takes_effect_at_once(move.request):
        return None
    return Obstacle.UNDECIDED


def _second_signature(move: Move) -> Obstacle | None:
    """Who decides is not who approves, superusers included (R93)."""
    if move.to not in {State.APPROVED, State.EXECUTING}:
        return None
    if policy.handling(move.request) is not Handling.TWO_PEOPLE:
        return None
    decision = _decision_on(move.request)
    if decision is None or not _signed_by_two(decision, move=move):
        return Obstacle.UNSIGNED
    return None


def _signed_by_two(decision: Decision, *, move: Move) -> bool:
    """Whether two people signed; once both did, their accounts may go while the request waits."""
    if decision.approved_at is None:
        return False
    if move.request.state != State.IN_REVIEW:
        return True
    signatures = decision.decided_by_id, decision.approved_by_id
    return None not in signatures and signatures[0] != signatures[1]


def _answer(move: Move) -> Obstacle | None:
    """Closing without an answer sent is refused: the answer stops the clock, not the work (R49)."""
    if move.outcome is None or move.outcome in UNANSWERED:
        return None
    kinds = _LETTERS.get(move.outcome, (Letter.Kind.ANSWER,))
    if Letter.objects.filter(request=move.request, kind__in=kinds).exists():
        return None
    return Obstacle.UNANSWERED


_LETTERS: dict[Outcome, tuple[Letter.Kind, ...]] = {
    Outcome.REFUSED: (Letter.Kind.REFUSAL,),
    Outcome.IDENTITY_NOT_VERIFIED: (Letter.Kind.REFUSAL,),
    Outcome.WITHDRAWN_BY_REQUESTER: (Letter.Kind.WITHDRAWN,),
    Outcome.FORWARDED_TO_CONTROLLER: (Letter.Kind.FORWARDED,),
    Outcome.NOT_A_RIGHTS_REQUEST: (Letter.Kind.ANSWER, Letter.Kind.REFUSAL),
}


def _refusal(move: Move) -> Obstacle | None:
    if not move.closes_as(frozenset({Outcome.REFUSED})):
        return None
    decision = _decided(move.request, verdicts=(Decision.Verdict.REFUSED,))
    if decision is None or groundless(move.request, given=decision.grounds):
        return Obstacle.GROUNDLESS
    return None


def groundless(request: Request, *, given: dict[str, str]) -> list[str]:
    """The regimes of the case under which `given` holds no valid ground for a refusal (R2, R132)."""
    return grounds.missing(variants.of(request), regimes=request.case.regimes, given=given)


def _hold(move: Move) -> Obstacle | None:
    subject = move.request.case.subject_id
    if subject is None or not _deletes(move, to={State.APPROVED, State.EXECUTING}):
        return None
    standing = holds.open_for(subject).filter(holds.against(covering.of(move.request)))
    return Obstacle.HELD if standing.exists() else None


def _waiting_period(move: Move) -> Obstacle | None:
    if move.to is not State.EXECUTING:
        return None
    not_before = move.request.not_before
    if not_before is None:
        return Obstacle.TOO_EARLY if move.request.right == Right.DELETION else None
    return Obstacle.TOO_EARLY if move.at < not_before else None


def _turn(move: Move) -> Obstacle | None:
    """One correction or deletion of a person at a time; takes the person's turn before it looks."""
    request = move.request
    if move.to is not State.EXECUTING or request.right not in _CHANGES:
        return None
    person.lock(request.case.subject_id or request.case.address_digest)
    under_way = any(right in _CHANGES and state in _UNDER_WAY for right, state in move.others)
    return Obstacle.TAKING_TURNS if under_way else None


def _copies(move: Move) -> Obstacle | None:
    """An access request is a hold: what was asked for must not be deleted meanwhile (R71, R96).

    Looked at after the person's turn was taken, so that no filing can slip in between.
    """
    if not _deletes(move, to={State.EXECUTING}):
        return None
    return Obstacle.COPY_OPEN if any(right in COPIES for right, _ in move.others) else None


def _redactions(move: Move) -> Obstacle | None:
    """What a copy leaves out was looked at by whoever has to, on a ground under every law (R64, R66)."""
    request = move.request
    reviewed = request.state == State.IN_REVIEW and move.to is State.APPROVED
    if not reviewed or request.right not in COPIES:
        return None
    marks = list(Redaction.objects.filter(request=request))
    two = policy.handling(request) is Handling.TWO_PEOPLE
    if any(one.seen_at is None and (two or one.needs_officer) for one in marks):
        return Obstacle.UNSEEN_REDACTION
    if any(groundless(request, given=one.grounds) for one in marks):
        return Obstacle.UNFOUNDED_REDACTION
    return None


_GUARDS: tuple[Callable[[Move], Obstacle | None], ...] = (
    _outcome,
    _frozen,
    _identity,
    _decision,
    _second_signature,
    _answer,
    _refusal,
    _hold,
    _waiting_period,
    _turn,
    _copies,
    _redactions,
)


def _deletes(move: Move, *, to: set[State]) -> bool:
    return move.request.right == Right.DELETION and move.to in to


def _decided(request: Request, *, verdicts: tuple[Decision.Verdict, ...]) -> Decision | None:
    decision = _decision_on(request)
    return decision if decision is not None and decision.verdict in verdicts else None


def _decision_on(request: Request) -> Decision | None:
    """The decision; read once for all guards, and not at all where the caller's row came with it."""
    return getattr(request, "decision", None)


def _requests_of_same_person(request: Request) -> QuerySet[Request]:
    """Every other request about the person; a case about nobody known stands alone."""
    others = Request.objects.exclude(pk=request.pk)
    if request.case.subject_id is None and request.case.address_digest:
        return others.filter(case__address_digest=request.case.address_digest)
    if request.case.subject_id is None:
        return others.filter(case=request.case)
    return others.filter(case__subject_id=request.case.subject_id)
