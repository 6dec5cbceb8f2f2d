"""Ask the requester: every wait has its kind, its reason and its letter (R50)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import deadlines, letters, lifecycle, messages, variants, wording
from dsar.cases.acting import locked
from dsar.cases.delays import Pause
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Letter
from dsar.cases.permissions import HANDLE
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.law.terms import PauseKind
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.law.terms import PauseRule

QUESTIONS = (Pause.Kind.CLARIFICATION, Pause.Kind.IDENTITY)
"""What can be asked in words; what an answer costs is told by `fees`."""
_LETTERS = {
    Pause.Kind.CLARIFICATION: Letter.Kind.CLARIFICATION,
    Pause.Kind.IDENTITY: Letter.Kind.IDENTITY,
}


def effects(request: Request) -> dict[str, dict[str, PauseRule]]:
    """Which questions make which laws' clocks wait for this request: kind, then regime (R42)."""
    found: dict[str, dict[str, PauseRule]] = {kind.value: {} for kind in PauseKind}
    variant = variants.of(request)
    for law in deadlines.laws(request):
        if variant in law.rights:
            for kind, rule in law.rights[variant].pauses.items():
                found[kind.value][law.code] = rule
    return found


def ask(  # noqa: PLR0913 - a question is asked whole, with its reason.
    request: Request,
    *,
    kind: str,
    question: str,
    actor: Actor,
    reason: str = "",
    affirmed: bool = False,
) -> Pause:
    """Ask the requester something, by letter, and wait for the answer.

    Who asks for identity says what the doubt is, in `reason`, for the file (R26). `affirmed` says that so much data is
    held that guidance lets the clock wait. Raises NotPermittedError, GuardError, LetterIncompleteError.
    """
    with effect("request.pause"), locked(request, actor=actor, needs=HANDLE) as held:
        if found := _obstacles(held, kind=kind, question=question, reason=reason):
            raise GuardError(found)
        letter = _write(held, kind=kind, question=question)
        pause = Pause.objects.create(
            request=held,
            kind=kind,
            asked_at=letter.written_at,
            reason=box.seal(held.case.key, (reason or question).encode()),
            affirmed=affirmed or kind == Pause.Kind.IDENTITY,
            letter=letter,
        )
        messages.asked(held, text=question, actor=actor, answer_by=held.statutory_due_at)
        if held.state == State.IN_REVIEW:
            lifecycle.advance(held, to=State.AWAITING_REQUESTER, actor=actor, reason=question)
        log.append(
            Tag.REQUEST_PAUSED,
            request=held.pk,
            kind=kind,
            affirmed=pause.affirmed,
            letter=str(letter.pk),
            **actor.witnessed(held.case),
        )
        request.state = held.state
    return pause


def _obstacles(request: Request, *, kind: str, question: str, reason: str) -> list[Obstacle]:
    found = []
    if request.answered_at is not None or request.state not in _WHERE_ONE_ASKS:
        found.append(Obstacle.ANSWERED)
    doubted = kind != Pause.Kind.IDENTITY or reason.strip()
    if not question.strip() or not doubted:
        found.append(Obstacle.NO_REASON)
    if kind == Pause.Kind.IDENTITY and not _verifiable(request):
        found.append(Obstacle.NOT_VERIFIABLE)
    if Pause.objects.filter(request=request, kind=kind, answered_at__isnull=True).exists():
        found.append(Obstacle.ASKED_BEFORE)
    return found


_WHERE_ONE_ASKS = frozenset(
    {State.AWAITING_VERIFICATION, State.IN_REVIEW, State.AWAITING_REQUESTER}
)


def _verifiable(request: Request) -> bool:
    """Whether every law lets identity be asked for; for opt-outs none does (11 CCR 7026)."""
    variant = variants.of(request)
    known = [law.rights[variant] for law in deadlines.laws(request) if variant in law.rights]
    return all(rule.verifiable for rule in known) and not variants.takes_effect_at_once(request)


def _write(request: Request, *, kind: str, question: str) -> Letter:
    language = request.case.language
    said = {
        "needed": [question],
        "clock": wording.sentence(clock(request, kind=kind), language=language),
        "deadline": wording.day(request.statutory_due_at, language=language),
    }
    if kind != Pause.Kind.IDENTITY:
        said["why"] = wording.sentence("clarification_why", language=language)
    return letters.write(request, kind=_LETTERS[Pause.Kind(kind)], content=said)


def clock(request: Request, *, kind: str, waits: str = "clock_paused") -> str:
    """Which sentence tells what waiting does to the time: it stands still only where every law's text says so."""
    variant = variants.of(request)
    known = [law.code for law in deadlines.laws(request) if variant in law.rights]
    waiting = effects(request)[kind]
    stands = all(code in waiting and waiting[code].statutory for code in known)
    return waits if stands else "clock_runs"
