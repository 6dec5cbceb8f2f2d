"""Take in a case: file it, apply what takes effect at once, plan the rest, approve what the policy lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import claims, identity, intake, lifecycle, person, policy
from dsar.cases.actors import SYSTEM
from dsar.cases.policy import Handling
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import planning, review
from dsar.engine.rights import consent_withdrawal, correction, objection, purposes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsar.cases.actors import Actor
    from dsar.cases.claims import Said
    from dsar.cases.intake import Asked
    from dsar.cases.models import Case, Request
    from dsar.contract.people import Guest

_AT_ONCE: dict[str, Callable[[Request], None]] = {
    Right.OBJECTION: objection.apply,
    Right.CONSENT_WITHDRAWAL: consent_withdrawal.apply,
}


@effect("case.file")
@transaction.atomic
def file(*, subject: Any, asked: Sequence[Asked], actor: Actor, **submission: Any) -> Case:
    """File one submission and start each of its requests; everything or nothing.

    `submission` goes to `intake.file` as it is (channel, language, contact, authenticated_at …). Raises IntakeError
    and NotCorrectableError with a message for each thing to mend.
    """
    checked = [_with_checked_proposals(subject, one) for one in asked]
    case = intake.file(subject=subject, asked=checked, actor=actor, **submission)
    for request in case.requests.select_related("case__key").order_by("due_at", "right", "id"):
        start(request)
    return case


@effect("case.file_openly")
@transaction.atomic
def file_openly(said: Said, *, asked: Sequence[Asked], actor: Actor, **submission: Any) -> Case:
    """File what somebody asks without log-in; does the same whoever they are, a worker looks them up (R16).

    Beyond a few receipts a day to one address, it joins the case that is open. Raises IntakeError.
    """
    person.lock(claims.digest(said.address))
    joined = claims.open_case(said.address)
    if joined is not None:
        case = intake.join(joined, asked=asked, claim=said, actor=actor)
    else:
        case = intake.file(
            subject=None, asked=asked, actor=actor, contact=said.address, claim=said, **submission
        )
    outbox.wake("dsar.look_up", str(case.pk))
    return case


@effect("case.verify")
@transaction.atomic
def verify(case: Case, *, actor: Actor, authenticated_at: datetime | None = None) -> None:
    """Establish who asked, and start what waited for it; raises NotFreshError and NotPermittedError."""
    _go_on(case, identity.verify(case, actor=actor, authenticated_at=authenticated_at))


@effect("case.admit")
@transaction.atomic
def admit(case: Case, guest: Guest, *, method: identity.Method, actor: Actor) -> None:
    """Let a person without account in, by what was verified of them, and start what waited for it."""
    _go_on(case, identity.know(case, guest, method=method, actor=actor))


def _go_on(case: Case, waiting: list[Request]) -> None:
    for request in waiting:
        request.case = case
        lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)
        planning.keep(request, planning.plan(request))
        if _passes(request):
            review.approve_automatically(request)


def _with_checked_proposals(subject: Any, one: Asked) -> Asked:
    """Corrections as the person words them, checked, with the values of today beside them."""
    if one.right is not Right.CORRECTION or not one.corrections:
        return one
    return replace(one, corrections=correction.propose(subject.pk, one.corrections))


def start(request: Request) -> None:
    """A request's first moves: what takes effect at once is done here, in the transaction of its filing."""
    planning.keep(request, planning.plan(request))
    if policy.handling(request) is Handling.AT_ONCE:
        purposes.apply_and_close(request, apply=_AT_ONCE[request.right])
    elif request.case.verified_at is None:
        lifecycle.advance(request, to=State.AWAITING_VERIFICATION, actor=SYSTEM)
    elif _passes(request):
        review.approve_automatically(request)
    else:
        lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)


def _passes(request: Request) -> bool:
    """Whether the policy lets it pass without staff."""
    return policy.handling(request) is Handling.AUTOMATIC and not review.must_be_looked_at(request)
