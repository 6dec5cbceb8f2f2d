"""Take in a case: file it, apply what takes effect at once, plan the rest, approve what the policy lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import asked as asking
from dsar.cases import (
    claims,
    complaints,
    confirmations,
    corrections,
    identity,
    intake,
    lifecycle,
    messages,
    notes,
    permissions,
    person,
    policy,
    repeats,
    subjects,
    wording,
)
from dsar.cases.actors import SYSTEM
from dsar.cases.asked import Asked, IntakeError, Proposal
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, Right, State
from dsar.contract.vocabulary import Channel
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import contesting, facts, planning, review, weighing
from dsar.engine.rights import consent_withdrawal, correction, objection, purposes, spreading
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsar.cases.actors import Actor
    from dsar.cases.claims import Said
    from dsar.cases.complaint_models import Complaint
    from dsar.cases.files import File
    from dsar.cases.models import Case, Request
    from dsar.contract.people import Guest

_AT_ONCE: dict[str, Callable[[Request], None]] = {
    Right.OBJECTION: objection.apply,
    Right.CONSENT_WITHDRAWAL: consent_withdrawal.apply,
}


@effect("case.file")
@transaction.atomic
def file(
    *,
    subject: Any,
    asked: Sequence[Asked],
    actor: Actor,
    attached: Sequence[File] = (),
    **submission: Any,
) -> Case:
    """File one submission and start each of its requests; everything or nothing.

    `attached` are files that show what a correction should say (R75); they stand in the case's correspondence.
    `submission` goes to `intake.file` as it is (channel, language, contact, authenticated_at …). Raises IntakeError
    and NotCorrectableError with a message for each thing to mend.
    """
    checked = [
        _with_checked_proposals(subject, one, position=position)
        for position, one in enumerate(asked)
    ]
    case = intake.file(subject=subject, asked=checked, actor=actor, **submission)
    for request in case.requests.select_related("case__key").order_by("due_at", "right", "id"):
        start(request)
    if attached:
        text = wording.sentence("evidence", language=case.language)
        messages.reply(case, text=text, actor=actor, attached=attached)
    return case


@effect("case.file_openly")
@transaction.atomic
def file_openly(
    said: Said, *, asked: Sequence[Asked], actor: Actor, number: str = "", **submission: Any
) -> Case:
    """File what somebody asks without log-in; does the same whoever they are, a worker looks them up (R16).

    Beyond a few receipts a day to one address, it joins the case that is open. A `number` that comes with an objection
    to advertising is suppressed here and now, known or not (R122). Raises IntakeError, also where somebody asks for
    another and does not affirm that they may give that person's data (R174).
    """
    _check_known_enough(asked)
    if said.is_for_another and not said.affirmed.strip():
        raise IntakeError({"affirmed": _NOT_AFFIRMED})
    person.lock(claims.digest(said.address))
    joined = claims.open_case(said.address)
    if joined is not None:
        case = intake.join(joined, asked=asked, claim=said, actor=actor)
    else:
        case = intake.file(
            subject=None, asked=asked, actor=actor, contact=said.address, claim=said, **submission
        )
    _stop_calls(case, number, asked)
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


@effect("case.take_in")
@transaction.atomic
def take_in(
    said: Said, *, asked: Sequence[Asked], actor: Actor, number: str = "", **submission: Any
) -> Case:
    """File what came by mail, post, telephone, in person or through an authority, with its true arrival.

    It is proved like what was filed without log-in; a `number` is suppressed as there. Raises IntakeError and
    NotPermittedError.
    """
    if not actor.may(permissions.TAKE_IN):
        raise lifecycle.NotPermittedError
    _check_known_enough(asked)
    case = intake.file(subject=None, asked=asked, actor=actor, claim=said, **submission)
    _stop_calls(case, number, asked)
    outbox.wake("dsar.look_up", str(case.pk))
    return case


def looks_like(case: Case) -> set[str]:
    """References of earlier cases of the same person for the same rights, for staff to look at (R18)."""
    found = (repeats.of(request) for request in case.requests.select_related("case"))
    return {str(one.case.reference) for same in found for one in same.select_related("case")}


@effect("case.reopen")
@transaction.atomic
def reopen(request: Request, *, actor: Actor, reason: str) -> Case:
    """Take up again what was closed as unproved or set aside, in a case of its own with the first day of receipt.

    Raises MoveError where it ended otherwise, and NotPermittedError.
    """
    if not actor.may(permissions.HANDLE) or not reason.strip():
        raise lifecycle.NotPermittedError
    if request.outcome not in _REOPENABLE:
        message = f"What ended as {request.outcome or 'open'} is not reopened."
        raise lifecycle.MoveError(message)
    before = request.case
    case = intake.file(
        subject=before.subject,
        asked=[_again(request)],
        actor=actor,
        channel=before.channel,
        language=before.language,
        contact=subjects.contact_of(before),
        claim=claims.read(before),
        received_at=before.received_at,
        continues=before,
    )
    notes.write(case, text=reason, actor=actor)
    log.append(Tag.REQUEST_REOPENED, request=request.pk, case=str(case.pk), **actor.witnessed(case))
    outbox.wake("dsar.look_up", str(case.pk))
    return case


_REOPENABLE = frozenset(
    {
        Outcome.IDENTITY_NOT_VERIFIED,
        Outcome.NOT_A_RIGHTS_REQUEST,
        Outcome.SPAM,
        Outcome.DUPLICATE,
    }
)


def _again(request: Request) -> Asked:
    """The same right, asked for as it was."""
    right = Right(request.right)
    scope = {key: value for key, value in request.scope.items() if key in asking.KEYS[right]}
    proposals = tuple(
        Proposal(
            declaration=one.declaration,
            row=one.row,
            field=one.field,
            new=change.new,
            old=change.old,
        )
        for one in request.corrections.select_related("request__case__key")
        for change in [corrections.read(one)]
    )
    return Asked(right=right, scope=scope, corrections=proposals)


@effect("case.look_again")
@transaction.atomic
def look_again(case: Case) -> None:
    """Have a worker look whether a case can go on by now: opt-outs that waited, and what is to be proved."""
    outbox.wake("dsar.look_up", str(case.pk))
    outbox.wake(confirmations.CONSIDER, str(case.pk))


@effect("case.agree")
@transaction.atomic
def agree(case: Case, *, actor: Actor) -> None:
    """Go on with an account's case to which its earlier address agreed."""
    _go_on(case, identity.agree(case, actor=actor))


def take_in_complaint(*, contact: str, actor: Actor, **said: Any) -> Complaint:
    """Take in a complaint of somebody who has no case; one who has an account finds it there. Raises ComplaintError."""
    return complaints.file_alone(
        subject_id=facts.account_of(contact.strip()), contact=contact, actor=actor, **said
    )


@effect("complaint.decide")
@transaction.atomic
def answer_complaint(complaint: Complaint, *, actor: Actor, **said: Any) -> Complaint:
    """Answer a complaint, and start the request that it opened again; raises what `complaints.answer` raises."""
    answered = complaints.answer(complaint, actor=actor, **said)
    if answered.reopened is not None:
        start(answered.reopened)
    return answered


def _go_on(case: Case, waiting: list[Request]) -> None:
    for request in waiting:
        request.case = case
        if request.right == Right.CORRECTION:
            spreading.spread(request)
        _look_at(request)
        planning.keep(request, planning.plan(request))
        if _passes(request):
            review.approve_automatically(request)


def _with_checked_proposals(subject: Any, one: Asked, *, position: int) -> Asked:
    """Corrections as the person words them, checked, with the values of today beside them."""
    if one.right is not Right.CORRECTION or not one.corrections:
        return one
    if subject is None:
        raise IntakeError({f"{position}.corrections": _NOBODYS})
    return replace(one, corrections=correction.propose(subject.pk, one.corrections))


def _check_known_enough(asked: Sequence[Asked]) -> None:
    """A restriction that ends by itself needs an account: without one, an address is suppressed for good."""
    wished = [at for at, one in enumerate(asked) if one.scope.get(asking.MEANWHILE)]
    if wished:
        raise IntakeError({f"{at}.scope.{asking.MEANWHILE}": _NEEDS_ACCOUNT for at in wished})


def _stop_calls(case: Case, number: str, asked: Sequence[Asked]) -> None:
    """Suppress a number that came with what was filed: nothing of theirs need hold it, and only its HMAC is kept."""
    if not number:
        return
    if not any(asking.stops_calls(one) for one in asked):
        raise IntakeError({"number": _NOT_FOR_CALLS})
    if not suppression.is_number(number):
        raise IntakeError({"number": _NO_NUMBER})
    objecting = case.requests.filter(right=Right.OBJECTION).earliest("due_at")
    suppression.add(number, channel=Channel.PHONE, request=objecting.pk)


_NOT_FOR_CALLS = "Leave the number out, or object with it to advertising, by telephone too."
_NO_NUMBER = "Give a telephone number, such as +65 6000 0000."
_NEEDS_ACCOUNT = (
    "Without an account this cannot end by itself. "
    "Leave it out, and ask for a restriction beside the correction."
)
_NOT_AFFIRMED = "Affirm that you may give this person's data."
_NOBODYS = (
    "Nobody knows yet whose records these are, so no value can be looked up. Log in first, or file without an account: "
    "the values are then looked up once it is clear who asks."
)


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
        _look_at(request)


def _look_at(request: Request) -> None:
    """Have staff look at it, and restrict meanwhile what the law or the person wants restricted."""
    lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)
    contesting.begin(request)
    weighing.begin(request)


def _passes(request: Request) -> bool:
    """Whether the policy lets it pass without staff."""
    return policy.handling(request) is Handling.AUTOMATIC and not review.must_be_looked_at(request)
