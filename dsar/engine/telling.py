"""Who else has the data and must be told of a correction, deletion or restriction (GDPR Art. 19, PDPA s 22(2)(b))."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases.models import RecipientTask
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.registers.models import Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.models import Request
    from dsar.contract.declarations import Recipient

_DAYS_TO_TELL = 30


def names(kinds: Iterable[str]) -> list[str]:
    """Recipients of the purposes for which these kinds of records are held, by name, for the person's letter."""
    return sorted({one.name for one in _declared(set(kinds))})


def _touched(request: Request) -> set[str]:
    """The kinds of records that the plan acts on, those that the person must not learn of included."""
    return {
        step["declaration"] for step in request.plan.document["steps"] if step.get("declaration")
    }


def _declared(labels: set[str]) -> list[Recipient]:
    return [
        recipient
        for declaration in registry.current().all()
        if declaration.label in labels
        for recipient in declaration.purpose.recipients
    ]


@effect("recipients.task")
def open_tasks(request: Request) -> None:
    """One task a recipient: those of the purposes, and whoever got data in the year before (also secretly)."""
    told = {one.code: one.name for one in _declared(_touched(request))} | _disclosed(request)
    due = timezone.now() + timedelta(days=_DAYS_TO_TELL)
    RecipientTask.objects.bulk_create(
        [
            RecipientTask(request=request, recipient_code=code, recipient=name, due_at=due)
            for code, name in sorted(told.items())
        ],
        ignore_conflicts=True,
    )


def _disclosed(request: Request) -> dict[str, str]:
    """The window is twelve months before the earlier of filing and effect (R78)."""
    since = request.case.received_at - timedelta(days=366)
    rows = Disclosure.objects.filter(subject_id=request.case.subject_id, disclosed_at__gte=since)
    return dict(rows.values_list("recipient_code", "recipient"))
