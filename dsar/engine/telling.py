"""Who else has the data and must be told of a correction, deletion or restriction (GDPR Art. 19, PDPA s 22(2)(b))."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.cases.models import RecipientTask
from dsar.contract import registry
from dsar.registers.models import Disclosure

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.contract.declarations import Recipient

_DAYS_TO_TELL = 30


def recipients(request: Request) -> list[dict[str, str]]:
    """Recipients of the purposes that the plan touches, by name; what was disclosed secretly is not among them."""
    found = {one.code: one.name for one in _declared(request)}
    return [{"code": code, "name": name} for code, name in sorted(found.items())]


def _declared(request: Request) -> list[Recipient]:
    labels = {step.get("declaration") for step in request.plan.document["steps"]}
    return [
        recipient
        for declaration in registry.current().all()
        if declaration.label in labels
        for recipient in declaration.purpose.recipients
    ]


def open_tasks(request: Request) -> None:
    """One task a recipient: those of the purposes, and whoever got data in the year before (also secretly)."""
    names = {one["code"]: one["name"] for one in recipients(request)} | _disclosed(request)
    due = timezone.now() + timedelta(days=_DAYS_TO_TELL)
    RecipientTask.objects.bulk_create(
        [
            RecipientTask(request=request, recipient_code=code, recipient=name, due_at=due)
            for code, name in sorted(names.items())
        ],
        ignore_conflicts=True,
    )


def _disclosed(request: Request) -> dict[str, str]:
    """The window is twelve months before the earlier of filing and effect (R78)."""
    since = request.case.received_at - timedelta(days=366)
    rows = Disclosure.objects.filter(subject_id=request.case.subject_id, disclosed_at__gte=since)
    return dict(rows.values_list("recipient_code", "recipient"))
