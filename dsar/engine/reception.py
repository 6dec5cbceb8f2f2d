"""Take in a case: file it, apply what takes effect at once, plan and approve what the policy lets pass, leave the rest to staff."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import decisions, intake, lifecycle, policy
from dsar.cases.actors import Actor
from dsar.cases.states import Right, State
from dsar.engine import planning, review
from dsar.engine.rights import consent_withdrawal, correction, objection
from dsar.engine.rights import purposes as acting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dsar.cases.intake import Asked
    from dsar.cases.models import Case, Request

_AT_ONCE: dict[str, tuple[Callable[[Request], None], Callable[[Request], list[str]]]] = {
    Right.OBJECTION: (objection.apply, objection.aimed_at),
    Right.CONSENT_WITHDRAWAL: (consent_withdrawal.apply, acting.named),
}


@transaction.atomic
def file(*, subject: Any, asked: Sequence[Asked], actor: Actor, **submission: Any) -> Case:
    """File one submission and start each of its requests; everything or nothing.

    `submission` goes to `intake.file` as it is (channel, language, contact, received_at). Raises IntakeError
    and NotCorrectableError with a message for each thing to mend.
    """
    checked = [_with_proposals(subject, one) for one in asked]
    case = intake.file(subject=subject, asked=checked, actor=actor, **submission)
    for request in case.requests.select_related("case__key").order_by("due_at", "id"):
        _start(request)
    return case


def _with_proposals(subject: Any, one: Asked) -> Asked:
    """Replace the corrections as a person words them by checked proposals with the values of today."""
    if one.right != Right.CORRECTION:
        return one
    return replace(one, corrections=tuple(correction.propose(subject.pk, one.corrections)))


def _start(request: Request) -> None:
    planning.keep(request, planning.plan(request))
    if intake.takes_effect_at_once(request):
        _apply_at_once(request)
        return
    lifecycle.advance(request, to=State.IN_REVIEW, actor=Actor.system())
    if policy.is_automatic(request) and not review.must_be_looked_at(request):
        review.approve_automatically(request)


def _apply_at_once(request: Request) -> None:
    """Marketing objection and withdrawal: true when the filing is, in the same transaction (GDPR Art. 7(3), 21(3))."""
    apply, codes = _AT_ONCE[request.right]
    decisions.decide(request, verdict="granted", actor=Actor.system())
    for state in (State.APPROVED, State.EXECUTING):
        if request.state != state:
            lifecycle.advance(request, to=state, actor=Actor.system())
    acting.apply_and_close(request, apply=apply, codes=codes)
