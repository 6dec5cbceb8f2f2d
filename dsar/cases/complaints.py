"""A second look: a complaint is acknowledged at once, answered by somebody else, and may open a request again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dsar.cases import deadlines, letters, permissions, person, second_look, wording
from dsar.cases.complaint_models import Complaint
from dsar.cases.correction_models import Correction
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Case, Decision, Letter, Request
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import policies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsar.cases.actors import Actor

_LONGEST = 10_000


class ComplaintError(MoveError):
    """A complaint says what is wrong, once at a time, and about a request only when it is closed."""


class OwnDecisionError(NotPermittedError):
    """Whoever decided or approved the request does not look at the complaint about it."""


@effect("complaint.file")
@transaction.atomic
def file(
    case: Case, *, text: str, actor: Actor, channel: str = "", request: Request | None = None
) -> Complaint:
    """Take a complaint in, of the requester or through staff, and acknowledge it by letter.

    Raises NotPermittedError and ComplaintError.
    """
    if not (actor.is_requester_of(case) or actor.may(permissions.HANDLE)):
        raise NotPermittedError
    # Two complaints at the same time about one request wait for each other here.
    person.lock(str(case.pk))
    _check(case, text=text, request=request)
    return _take_in(case, text=text, actor=actor, channel=channel, request=request)


@effect("complaint.file_alone")
@transaction.atomic
def file_alone(  # noqa: PLR0913 - all that a case without a request needs.
    *,
    subject_id: Any,
    contact: str,
    text: str,
    actor: Actor,
    channel: str,
    language: str,
    residence: str = "",
    received_at: datetime | None = None,
) -> Complaint:
    """Take in a complaint of somebody who never asked for anything, in a case of its own.

    `received_at` may lie in the past for what came by post. Raises ComplaintError.
    """
    now = timezone.now()
    arrived = received_at or now
    if not contact.strip() or not _is_said(text) or arrived > now:
        raise ComplaintError
    key = box.create(Key.Kind.CASE)
    case = Case.objects.create(
        subject_id=subject_id,
        channel=channel,
        language=language,
        regimes=list(deadlines.attached(residence, received_at=arrived)),
        received_at=arrived,
        policy_version=policies.version_in_force(arrived),
        reply_channel="email" if "@" in contact else "post",
        key=key,
        contact=box.seal(key, contact.strip().encode()),
    )
    return _take_in(
        case, text=text, actor=actor, channel=channel, request=None, received_at=arrived
    )


@effect("complaint.look")
@transaction.atomic
def look(complaint: Complaint, *, actor: Actor) -> None:
    """Record that somebody looked at it (R192)."""
    _witness(Tag.COMPLAINT_VIEWED, complaint, actor=actor)


@effect("complaint.take")
@transaction.atomic
def take(complaint: Complaint, *, actor: Actor) -> Complaint:
    """Make a complaint one's own; raises OwnDecisionError for whoever decided what it is about (R137)."""
    found = _lock(complaint)
    _check_other(found, actor=actor)
    found.assigned_to = actor.user
    found.save(update_fields=["assigned_to"])
    _witness(Tag.COMPLAINT_ASSIGNED, found, actor=actor)
    return found


@effect("complaint.answer")
@transaction.atomic
def answer(
    complaint: Complaint,
    *,
    outcome: Complaint.Outcome,
    finding: str,
    reasons: Sequence[str],
    actor: Actor,
) -> Complaint:
    """Answer a complaint by letter; one that was right about a request opens it again, to be decided anew.

    Raises OwnDecisionError, ComplaintError and LetterIncompleteError.
    """
    found = _lock(complaint)
    _check_other(found, actor=actor)
    if found.answered_at is not None:
        raise ComplaintError
    _tell(found, outcome=outcome, finding=finding, reasons=reasons)
    found.outcome, found.answered_at = outcome, timezone.now()
    found.assigned_to = actor.user
    if outcome == Complaint.Outcome.OVERTURNED and found.request is not None:
        found.reopened = _again(found.request)
    found.save(update_fields=["outcome", "answered_at", "assigned_to", "reopened"])
    _witness(Tag.COMPLAINT_ANSWERED, found, actor=actor, outcome=str(outcome))
    if found.reopened is not None:
        _witness(
            Tag.REQUEST_REOPENED,
            found,
            actor=actor,
            request=found.reopened,
            of=str(found.request_id),
            received=deadlines.began(found.reopened).isoformat(),
            **deadlines.witnessed(found.reopened),
        )
    return found


def read(complaint: Complaint) -> str:
    """What the person wrote; raises KeyDestroyedError when the case content is gone."""
    return box.unseal(complaint.case.key, complaint.text).decode()


def decided_first(request: Request, *, actor: Actor) -> bool:
    """Whether this actor decided the request that this one decides anew."""
    first = Decision.objects.filter(request__complaints__reopened=request)
    return actor.user is not None and first.filter(_signed_by(actor)).exists()


def _check(case: Case, *, text: str, request: Request | None) -> None:
    if not _is_said(text):
        raise ComplaintError
    if request is None:
        return
    still_open = Complaint.objects.filter(request=request, answered_at__isnull=True)
    if request.case_id != case.pk or request.state != State.CLOSED or still_open.exists():
        raise ComplaintError


def _is_said(text: str) -> bool:
    return bool(text.strip()) and len(text) <= _LONGEST


def _take_in(  # noqa: PLR0913 - all that a complaint says of itself.
    case: Case,
    *,
    text: str,
    actor: Actor,
    channel: str,
    request: Request | None,
    received_at: datetime | None = None,
) -> Complaint:
    now = timezone.now()
    arrived = received_at or now
    complaint = Complaint.objects.create(
        case=case,
        request=request,
        channel=channel or case.channel,
        received_at=arrived,
        acknowledge_by=arrived + timedelta(days=second_look.days_to_acknowledge(case.regimes)),
        answer_by=arrived + timedelta(days=second_look.days_to_answer(case.regimes)),
        text=box.seal(case.key, text.strip().encode()),
        acknowledged_at=now,
    )
    letters.write(
        case,
        kind=Letter.Kind.COMPLAINT_RECEIVED,
        content={
            "received_at": wording.day(arrived, language=case.language),
            "new_due": wording.day(complaint.answer_by, language=case.language),
        },
    )
    _witness(
        Tag.COMPLAINT_FILED, complaint, actor=actor, content=box.digest(case.key, text.strip())
    )
    return complaint


def _lock(complaint: Complaint) -> Complaint:
    queue = Complaint.objects.select_for_update(of=("self",))
    return queue.select_related("case__key", "request").get(pk=complaint.pk)


def _check_other(complaint: Complaint, *, actor: Actor) -> None:
    if not actor.may(permissions.DECIDE):
        raise NotPermittedError
    decided = Decision.objects.filter(request=complaint.request_id)
    if complaint.request_id is not None and decided.filter(_signed_by(actor)).exists():
        raise OwnDecisionError


def _signed_by(actor: Actor) -> Any:
    return Q(decided_by=actor.user) | Q(approved_by=actor.user)


def _tell(
    complaint: Complaint, *, outcome: Complaint.Outcome, finding: str, reasons: Sequence[str]
) -> None:
    case = complaint.case
    letters.write(
        case,
        kind=Letter.Kind.COMPLAINT_OUTCOME,
        content={
            "received_at": wording.day(complaint.received_at, language=case.language),
            "finding": finding.strip(),
            "reasons": [one.strip() for one in reasons if one.strip()],
            "consequence": wording.sentence(str(outcome), language=case.language),
        },
    )


def _again(request: Request) -> Request:
    """The same request once more, with a clock of its own that begins today; the first one stays as it ended."""
    case = request.case
    rounds = case.requests.filter(right=request.right, scope=request.scope).count()
    fresh = Request(
        case=case,
        right=request.right,
        scope=request.scope,
        round=rounds + 1,
        reopened_at=timezone.now(),
    )
    deadlines.set_on(fresh)
    fresh.save(force_insert=True)
    for one in request.corrections.all():
        Correction.objects.create(
            request=fresh,
            declaration=one.declaration,
            row=one.row,
            field=one.field,
            old=one.old,
            new=one.new,
        )
    return fresh


def _witness(
    tag: Tag, complaint: Complaint, *, actor: Actor, request: Request | None = None, **detail: Any
) -> None:
    log.append(
        tag,
        request=request.pk if request else complaint.request_id,
        case=str(complaint.case_id),
        complaint=str(complaint.pk),
        **detail,
        **actor.witnessed(complaint.case),
    )
