"""Letters that go by post: which ones wait for an envelope, and the day on which one left (R15)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases import deadlines
from dsar.cases.joined import transaction_of_caller
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Letter
from dsar.cases.permissions import HANDLE
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor


class PostedError(MoveError):
    """This letter does not wait for the post, or was not written yet on that day."""


def waiting() -> QuerySet[Letter]:
    """The letters that nobody has posted yet."""
    return Letter.objects.filter(mailed_at__isnull=True, case__reply_channel="post")


def waits(letter: Letter) -> bool:
    """Whether this letter is to be posted."""
    return letter.mailed_at is None and letter.case.reply_channel == "post"


def note(letter: Letter, *, on: date, actor: Actor) -> None:
    """Note the day on which a letter was posted, once. Raises NotPermittedError and PostedError."""
    if not actor.may(HANDLE):
        raise NotPermittedError
    with effect("letter.post"), transaction_of_caller():
        queue = waiting().select_for_update(of=("self",)).select_related("case__key")
        found = queue.filter(pk=letter.pk).first()
        written = None if found is None else deadlines.day_of(found.written_at)
        if found is None or written is None or not written <= on <= _today():
            raise PostedError
        found.mailed_at = max(found.written_at, datetime.combine(on, time(12), deadlines.zone()))
        found.save(update_fields=["mailed_at"])
        log.append(
            Tag.LETTER_SENT,
            request=found.request_id,
            case=str(found.case_id),
            letter=str(found.pk),
            way="post",
            on=on.isoformat(),
            **actor.witnessed(found.case),
        )


def _today() -> date:
    return deadlines.day_of(timezone.now())
