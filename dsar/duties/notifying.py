"""Tell recipients what became of data that they have, each once, and keep the proof (R147).

A task is marked as tried before anything is sent. What is then known not to have been taken is tried again later, ever
less often; what is known to have been taken is sent. If the worker dies in between, or no answer comes, the task stays
open and shows that it was tried: it is not sent again unless somebody says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass
from smtplib import SMTPException, SMTPResponseException
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dsar import conf
from dsar.cases import contents, permissions
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.crashpoints import effect
from dsar.dispatch import outbox, patience, posting
from dsar.dispatch.posting import NotTakenError, RefusedAddressError, UnsureError
from dsar.engine import telling
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import recipients
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.actors import Actor

State = RecipientTask.State
_ENDS = frozenset({State.SENT, State.CONFIRMED, State.IMPOSSIBLE, State.DISPROPORTIONATE})

logger = logging.getLogger(__name__)


class TaskError(Exception):
    """This cannot be done with the task."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What shows that something was taken: the answer's status, and a digest of what was sent."""

    status: str
    digest: str


def tell(request: UUID | str) -> int:
    """Tell whoever waits to hear about one request; how many were told. Safe to run again, and by several at once."""
    waiting = list(
        due().filter(request=UUID(str(request))).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_tell(pk) for pk in waiting)


def sweep() -> int:
    """Wake the requests of which somebody is still to be told; how many."""
    found = set(due().values_list("request", flat=True)[:500])
    for request in found:
        outbox.wake(telling.TELL, str(request), queue="mail")
    return len(found)


def due() -> QuerySet[RecipientTask]:
    """What a worker may try now: open, in nobody's hands, and there is a way to tell the recipient."""
    reachable = RecipientRecord.objects.exclude(channel=RecipientRecord.Channel.NONE)
    now = timezone.now()
    return RecipientTask.objects.filter(
        Q(next_try_at__isnull=True) | Q(next_try_at__lte=now),
        state=State.OPEN,
        tried_at__isnull=True,
        attempts__lt=patience.MOST_ATTEMPTS,
        recipient_code__in=reachable.values("code"),
    )


def unsure() -> Q:
    """Tasks that were tried, of which it is not known whether the recipient heard."""
    return Q(state=State.OPEN, tried_at__isnull=False)


def finish(task: RecipientTask, *, state: RecipientTask.State, facts: str, actor: Actor) -> None:
    """End a task by hand: told another way, confirmed, impossible or disproportionate, each with its facts."""
    if not actor.may(permissions.DECIDE):
        raise TaskError("Whoever decides requests does this.")
    if state not in _ENDS or not facts.strip():
        raise TaskError("Say how it ended, and why.")
    with effect("recipient.finish"), transaction.atomic():
        found = _held(task.pk)
        if found.state not in {State.OPEN, State.SENT}:
            raise TaskError("The task has ended.")
        key = found.request.case.key
        found.state, found.ended_at, found.ended_by_id = state, timezone.now(), actor.user.pk
        found.facts = box.seal(key, facts.encode())
        found.save(update_fields=["state", "ended_at", "ended_by", "facts"])
        _note(found, state=state.value, facts=box.digest(key, facts), by=actor)


def try_again(task: RecipientTask, *, actor: Actor) -> None:
    """Let a task be tried once more, though the recipient may have heard already: by the same number."""
    if not actor.may(permissions.DECIDE):
        raise TaskError("Whoever decides requests does this.")
    with effect("recipient.try_again"), transaction.atomic():
        found = _held(task.pk)
        if found.state != State.OPEN:
            raise TaskError("The task has ended.")
        found.tried_at, found.next_try_at, found.attempts = None, None, 0
        found.save(update_fields=["tried_at", "next_try_at", "attempts"])
        _note(found, state="again", by=actor)
        outbox.wake(telling.TELL, str(found.request_id), queue="mail")


def facts_of(task: RecipientTask) -> str:
    """Why somebody ended the task; empty where nobody did, or the key is destroyed."""
    if task.facts is None:
        return ""
    try:
        return box.unseal(task.request.case.key, task.facts).decode()
    except box.KeyDestroyedError:
        return ""


def _tell(pk: int) -> bool:
    task = _claim(pk)
    if task is None:
        return False
    try:
        proof = _send(task, recipients.get(task.recipient_code))
    except (NotTakenError, RefusedAddressError) as error:
        _put_off(
            task, failure=str(error) if isinstance(error, NotTakenError) else "refused address"
        )
        return False
    except UnsureError as error:
        logger.warning("%s: not known whether it was taken: %s", task, error)
        return False
    # A worker that dies before this line leaves the task open and tried.
    with effect("telling.mark"), transaction.atomic():
        _mark(task, proof)
    return True


def _claim(pk: int) -> RecipientTask | None:
    with effect("telling.try"), transaction.atomic():
        waiting = due().select_for_update(of=("self",), skip_locked=True)
        task = waiting.select_related("request__case__key").filter(pk=pk).first()
        if task is None:
            return None
        task.tried_at, task.attempts = timezone.now(), task.attempts + 1
        task.save(update_fields=["tried_at", "attempts"])
    return task


def _held(pk: int) -> RecipientTask:
    held = RecipientTask.objects.select_for_update(of=("self",))
    return held.select_related("request__case__key").get(pk=pk)


def _put_off(task: RecipientTask, *, failure: str) -> None:
    """Known not to have been taken: tried again later, until it was tried often enough to need somebody's eyes."""
    then = timezone.now() + patience.pause(task.attempts)
    with effect("telling.put_off"), transaction.atomic():
        mine = RecipientTask.objects.filter(pk=task.pk, state=State.OPEN, tried_at=task.tried_at)
        is_mine = mine.update(tried_at=None, next_try_at=then, failure=failure[:100])
        if is_mine and task.attempts < patience.MOST_ATTEMPTS:
            outbox.wake(telling.TELL, str(task.request_id), due=then, queue="mail")


def _mark(task: RecipientTask, proof: Proof) -> None:
    mine = RecipientTask.objects.filter(pk=task.pk, state=State.OPEN, tried_at=task.tried_at)
    mine.update(
        state=State.SENT,
        sent_at=timezone.now(),
        status=proof.status,
        digest=proof.digest,
        failure="",
    )
    log.append(
        Tag.RECIPIENT_TOLD,
        request=task.request_id,
        task=task.pk,
        recipient=task.recipient_code,
        status=proof.status,
        digest=proof.digest,
    )


def _send(task: RecipientTask, to: RecipientRecord) -> Proof:
    """Send it, and return the proof; raises NotTakenError, RefusedAddressError or UnsureError."""
    return _mailed(task, to) if to.channel == to.Channel.MAIL else _posted(task, to)


def _posted(task: RecipientTask, to: RecipientRecord) -> Proof:
    body = telling.body(task, categories=to.categories)
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    answer = posting.post(to.address, body=plain, headers=_headers(task, to, plain))
    if not answer.is_taken:
        raise NotTakenError(f"status {answer.status}")
    return Proof(status=str(answer.status), digest=hashlib.sha256(plain).hexdigest())


def _headers(task: RecipientTask, to: RecipientRecord, body: bytes) -> dict[str, str]:
    moment = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "dsar",
        "Dsar-Id": str(task.pk),
        "Dsar-Timestamp": moment,
        "Dsar-Signature": "v1=" + signature(recipients.secret_of(to), moment=moment, body=body),
    }


def signature(secret: str, *, moment: str, body: bytes) -> str:
    """HMAC-SHA256 under the secret over the timestamp, a full stop and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _mailed(task: RecipientTask, to: RecipientRecord) -> Proof:
    name = conf.get("ORGANISATION").get("name", "")
    message = EmailMessage(
        subject=f"{name}: notification {task.pk} about personal data",
        body=_text(task),
        to=[to.address],
    )
    server = get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as error:
        raise NotTakenError(type(error).__name__) from None
    message.connection = server
    try:
        with effect("telling.mail"):
            message.send()
    except SMTPResponseException as error:
        raise NotTakenError(f"status {error.smtp_code}") from None
    except (OSError, SMTPException) as error:
        raise UnsureError(type(error).__name__) from None
    finally:
        server.close()
    return Proof(status="mailed", digest=hashlib.sha256(message.body.encode()).hexdigest())


_WORDS = {
    Right.CORRECTION: "corrected data of a person",
    Right.DELETION: "deleted data of a person",
    Right.RESTRICTION: "limited the use of data of a person",
    Right.CONSENT_WITHDRAWAL: "was told that a person withdrew a consent",
}


def _text(task: RecipientTask) -> str:
    """What a mail says: that there is something to do, and whom to ask; nothing about anybody."""
    if task.request.right == Right.ACCESS:
        return (
            f"{conf.get('ORGANISATION').get('name', '')} was asked for a copy of the data of a person whose data you "
            f"process for us.\n\nPlease ask us whom this is about, and let us have what you hold of them by "
            f"{timezone.localdate(task.due_at).isoformat()} (GDPR Art. 15, 28(3)(e); PDPA s 21). "
            f"Quote notification {task.pk}.\n\n{contents.contact()}\n"
        )
    return (
        f"{conf.get('ORGANISATION').get('name', '')} {_WORDS[Right(task.request.right)]} whose data you received "
        f"from us.\n\nPlease ask us whom this is about, and do the same (GDPR Art. 19; PDPA s 16(4), s 22(2)(b)). "
        f"Quote notification {task.pk}.\n\n{contents.contact()}\n"
    )


def _note(task: RecipientTask, *, by: Actor, **detail: Any) -> None:
    log.append(
        Tag.RECIPIENT_TASK_CHANGED,
        request=task.request_id,
        task=task.pk,
        recipient=task.recipient_code,
        **by.witnessed(task.request.case),
        **detail,
    )
