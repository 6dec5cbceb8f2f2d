"""Time keeps watch: warn whoever must act before a date comes, and mark what is late (R51, R52)."""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Value,
    When,
)
from django.db.models.functions import Greatest
from django.utils import timezone

from dsar.cases import deadlines, second_person
from dsar.cases.delays import Pause, Warned
from dsar.cases.models import Request
from dsar.cases.permissions import OFFICERS
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_TASK = "dsar.mail_warning"
_BATCH = 500
_UNMAILED_FOR = timedelta(minutes=10)
_DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


class Mark(StrEnum):
    """A point on the way to the strict date."""

    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    THREE_DAYS = "three_days"
    DUE = "due"


_WORDS = {
    Mark.HALF: "Half of the time for an answer is over.",
    Mark.THREE_QUARTERS: "Three quarters of the time for an answer are over.",
    Mark.THREE_DAYS: "The answer is due within three days.",
    Mark.DUE: "The answer is due, or overdue.",
}
_ESCALATED = frozenset({Mark.THREE_DAYS, Mark.DUE})
"""Of these the data protection officers hear as well; of the others only where nobody owns the request."""


def warn() -> int:
    """Warn of every date that has come near since it was last looked, once for each date and mark; how many.

    Safe to run again, and by several at once: the table takes each warning once.
    """
    return sum(_warn(request) for request in _to_be_warned(timezone.now()))


def look_for_lateness() -> int:
    """Mark what is overdue, and count its days; a clock that a law has stopped is not late (R52)."""
    now = timezone.now()
    late = _open().filter(statutory_due_at__lt=now)
    waiting = Exists(Pause.objects.filter(request=OuterRef("pk"), answered_at__isnull=True))
    found = [request.pk for request in late.filter(waiting) if not _is_stopped(request, now)]
    found += late.exclude(waiting).values_list("pk", flat=True)
    with effect("lateness.mark"), transaction.atomic():
        return sum(_mark_late(pk, now=now) for pk in found)


def mail(pk: int) -> bool:
    """Mail one warning; it says which request, and nothing about anybody. False where it must wait."""
    with effect("warning.mail"), transaction.atomic():
        queue = Warned.objects.select_for_update(of=("self",), skip_locked=True)
        warned = queue.select_related("request__case").filter(pk=pk, mailed_at__isnull=True).first()
        if warned is None or not _leaves(warned):
            return False
        warned.mailed_at = timezone.now()
        warned.save(update_fields=["mailed_at"])
    return True


def sweep() -> int:
    """Wake the warnings that were not mailed, and return how many."""
    before = timezone.now() - _UNMAILED_FOR
    waking = outbox.waking(_TASK)
    unmailed = Warned.objects.filter(mailed_at__isnull=True, warned_at__lt=before)
    lost = [pk for pk in unmailed.values_list("pk", flat=True)[:_BATCH] if pk not in waking]
    for pk in lost:
        outbox.wake(_TASK, pk, queue="mail")
    return len(lost)


def _open() -> QuerySet[Request]:
    return Request.objects.filter(answered_at__isnull=True).exclude(state=State.CLOSED)


def _to_be_warned(now: datetime) -> list[Request]:
    """Open requests past a mark of which nobody was told, what is due first at the top."""
    length = ExpressionWrapper(
        F("statutory_due_at") - F("case__received_at"), output_field=DurationField()
    )
    halfway = ExpressionWrapper(
        F("case__received_at") + F("length") / 2, output_field=DateTimeField()
    )
    later = ExpressionWrapper(
        F("case__received_at") + F("length") * 3 / 4, output_field=DateTimeField()
    )
    told = Warned.objects.filter(
        request=OuterRef("pk"), mark=OuterRef("mark"), due_at=OuterRef("statutory_due_at")
    )
    found = (
        _open()
        .annotate(length=length)
        .annotate(halfway=halfway, later=later)
        .filter(halfway__lte=now)
        .annotate(
            mark=Case(
                When(statutory_due_at__lte=now, then=Value(Mark.DUE.value)),
                When(statutory_due_at__lte=now + 3 * _DAY, then=Value(Mark.THREE_DAYS.value)),
                When(later__lte=now, then=Value(Mark.THREE_QUARTERS.value)),
                default=Value(Mark.HALF.value),
                output_field=CharField(),
            )
        )
        .exclude(Exists(told))
    )
    return list(found.select_related("case__key", "owner").order_by("due_at", "id"))


def _warn(request: Any) -> bool:
    mark = Mark(request.mark)
    with effect("warning.write"), transaction.atomic():
        warned, is_new = Warned.objects.get_or_create(
            request=request, mark=mark, due_at=request.statutory_due_at
        )
        if not is_new:
            return False
        log.append(
            Tag.REQUEST_WARNED,
            request=request.pk,
            mark=mark.value,
            due=deadlines.day_of(request.statutory_due_at).isoformat(),
            escalated=_is_escalated(request, mark),
        )
        outbox.wake(_TASK, warned.pk, queue="mail")
    return True


def _is_escalated(request: Request, mark: Mark) -> bool:
    return mark in _ESCALATED or not (request.owner and request.owner.is_active)


def _is_stopped(request: Request, now: datetime) -> bool:
    """Whether a law's own text lets the clock wait for the answer to an open question."""
    told = deadlines.history(request).as_if_answered(deadlines.day_of(now))
    return deadlines.dates(request, told=told).earliest.day >= deadlines.day_of(now)


def _mark_late(pk: Any, *, now: datetime) -> int:
    request = Request.objects.select_for_update().get(pk=pk)
    days = -((request.statutory_due_at - now) // _DAY)
    late = _open().filter(pk=pk, statutory_due_at__lt=now, days_late__lt=days)
    return late.update(was_overdue=True, days_late=Greatest(F("days_late"), days))


def _leaves(warned: Warned) -> bool:
    to = _addresses(warned)
    if not to:
        logger.error("A warning on request %s has nobody to go to.", warned.request_id)
        return False
    reference, right = warned.request.case.reference, warned.request.right.replace("_", " ")
    lines = [
        _WORDS[Mark(warned.mark)],
        "",
        f"Case {reference}, {right}, due on {deadlines.day_of(warned.due_at).isoformat()}.",
        *_lonely(warned),
        "Open it in the queue to see what is still to be done.",
    ]
    message = EmailMessage(
        subject=f"Case {reference}: a date comes near", body="\n".join(lines), bcc=to
    )
    try:
        with effect("warning.send"):
            return bool(message.send())
    except (OSError, SMTPException) as error:
        # The error's own text may repeat an address.
        logger.warning(
            "The warning on request %s did not leave: %s", warned.request_id, type(error).__name__
        )
        return False


def _lonely(warned: Warned) -> list[str]:
    """A sentence more where two people decide, and there is only one today."""
    if warned.request_id not in second_person.of_which([warned.request_id]):
        return []
    return [
        "Nobody is there today to give the second signature. Somebody who is back, or a deputy, is needed."
    ]


def _addresses(warned: Warned) -> list[str]:
    """The owner's address, and the officers' where it is escalated."""
    request, users = warned.request, get_user_model()._default_manager  # noqa: SLF001 - as Django documents it.
    field = get_user_model().get_email_field_name()
    found = []
    if request.owner is not None and request.owner.is_active:
        found.append(getattr(request.owner, field))
    if _is_escalated(request, Mark(warned.mark)):
        officers = users.filter(groups__name=OFFICERS, is_active=True)
        found += officers.values_list(field, flat=True)
    return sorted({address for address in found if address})
