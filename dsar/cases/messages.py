"""Correspondence in a case: what staff asked, what the requester answers; mail says only that something waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import files, lifecycle
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.delays import Pause
from dsar.cases.lifecycle import MoveError, NotPermittedError, TransitionError
from dsar.cases.message_models import Attachment, Message
from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.cases.files import File
    from dsar.cases.models import Case

_LONGEST = 10_000


class MessageError(MoveError):
    """A message says something, and not more than ten thousand characters."""


def asked(request: Request, *, text: str, actor: Actor, answer_by: datetime) -> Message:
    """Keep what staff asked by letter beside what the requester will answer; in the caller's transaction."""
    return _write(request.case, request=request, text=text, actor=actor, answer_by=answer_by)


@effect("message.reply")
@transaction.atomic
def reply(case: Case, *, text: str, actor: Actor, attached: Sequence[File] = ()) -> Message:
    """Take a message of the requester in; what waited for an answer in this case goes on, but not what waits for a fee.

    Raises NotPermittedError, MessageError and FileRefusedError.
    """
    if not actor.is_requester_of(case):
        raise NotPermittedError
    sent = files.sniffed(attached)
    message = _write(case, request=None, text=text, actor=actor)
    Attachment.objects.bulk_create(
        [
            Attachment(
                message=message,
                media_type=one.media_type,
                size=len(one.content),
                name=box.seal(case.key, one.name.encode()),
                content=box.seal(case.key, one.content),
            )
            for one in sent
        ]
    )
    _open(case).exclude(request__in=_unpaid(case)).update(answered_at=message.written_at)
    waiting = case.requests.filter(state=State.AWAITING_REQUESTER)
    for request in waiting.exclude(pk__in=_unpaid(case)):
        lifecycle.advance(request, to=State.IN_REVIEW, actor=actor)
    return message


def settled(request: Request, *, at: datetime) -> None:
    """Note that what was asked about this request is answered, in the caller's transaction."""
    _open(request.case).filter(request=request).update(answered_at=at)


def of(case: Case) -> list[dict[str, Any]]:
    """The correspondence of a case, oldest first, opened; raises KeyDestroyedError when its content is gone."""
    found = Message.objects.filter(case=case).prefetch_related("attachments")
    return [_opened(case, one) for one in found]


def attachment(case: Case, pk: UUID | str) -> tuple[str, str, bytes] | None:
    """Name, type and content of a file of this case."""
    found = Attachment.objects.filter(pk=pk, message__case=case).first()
    if found is None:
        return None
    name = box.unseal(case.key, found.name).decode()
    return name, found.media_type, box.unseal(case.key, found.content)


def let_go_on() -> int:
    """Bring back to review what waited for an answer that did not come in time; staff decide with what they have."""
    late = Message.objects.filter(
        answer_by__lt=timezone.now(),
        answered_at__isnull=True,
        request__state=State.AWAITING_REQUESTER,
    )
    found = Request.objects.filter(pk__in=late.values("request")).select_related("case__key")
    return sum(_goes_on(request) for request in found)


def _goes_on(request: Request) -> bool:
    """Whether it was still waiting: an answer may come while this looks."""
    try:
        with effect("message.let_go_on"), transaction.atomic():
            lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)
    except TransitionError:
        return False
    return True


def _write(
    case: Case,
    *,
    request: Request | None,
    text: str,
    actor: Actor,
    answer_by: datetime | None = None,
) -> Message:
    if not text.strip() or len(text) > _LONGEST:
        raise MessageError
    staff = actor.kind is ActorKind.STAFF
    message = Message.objects.create(
        case=case,
        request=request,
        sender=Message.Sender.STAFF if staff else Message.Sender.REQUESTER,
        written_by=actor.user if staff else None,
        text=box.seal(case.key, text.strip().encode()),
        answer_by=answer_by,
    )
    log.append(
        Tag.MESSAGE_WRITTEN,
        request=request.pk if request else None,
        case=str(case.pk),
        message=str(message.pk),
        content=box.digest(case.key, text.strip()),
        **actor.witnessed(case),
    )
    return message


def _open(case: Case) -> QuerySet[Message]:
    return Message.objects.filter(case=case, answer_by__isnull=False, answered_at__isnull=True)


def _unpaid(case: Case) -> QuerySet[Pause, Any]:
    """The requests of a case that wait for a fee: words do not pay it."""
    waiting = Pause.objects.filter(
        request__case=case, kind=Pause.Kind.FEE, answered_at__isnull=True
    )
    return waiting.values("request")


def _opened(case: Case, one: Message) -> dict[str, Any]:
    return {
        "id": one.pk,
        "sender": one.sender,
        "written_at": one.written_at,
        "request": one.request_id,
        "text": box.unseal(case.key, one.text).decode(),
        "answer_by": one.answer_by,
        "answered_at": one.answered_at,
        "attachments": [
            {
                "id": file.pk,
                "name": box.unseal(case.key, file.name).decode(),
                "media_type": file.media_type,
                "size": file.size,
            }
            for file in one.attachments.all()
        ],
    }
