"""Who else has the data and must be told of a correction, deletion, restriction or withdrawal (GDPR Art. 19, R147)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from dsar.cases.recipient_models import RecipientTask
from dsar.contract import registry
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.models import Request
    from dsar.contract.declarations import Recipient

_DAYS_TO_TELL = 30
_BEFORE = timedelta(days=366)
"""The window is twelve months before the earlier of filing and effect (R78)."""

_OPEN_TASKS = """
INSERT INTO dsar_cases_recipient_task (request_id, recipient_code, recipient, state, due_at, secret)
SELECT %(request)s, code, max(name), %(state)s, %(due)s, bool_and(secret)
FROM (
    SELECT *, FALSE AS secret FROM unnest(%(codes)s::text[], %(names)s::text[]) AS declared(code, name)
    UNION ALL
    SELECT recipient_code, recipient, secret FROM dsar_registers_disclosure
    WHERE subject_id = %(subject)s AND disclosed_at >= %(since)s
        AND (%(purposes)s::text[] IS NULL OR purpose_id = ANY(%(purposes)s))
) AS told
GROUP BY code ORDER BY code
ON CONFLICT DO NOTHING
"""


def names(kinds: Iterable[str]) -> list[str]:
    """Recipients of the purposes for which these kinds of records are held, by name, for the person's letter."""
    return sorted({one.name for one in _declared(set(kinds))})


def _purposes(request: Request) -> list[str] | None:
    """The purposes that the request is about; None where it is about records, or about everything."""
    steps = request.plan.document["steps"]
    named = [step["purpose"] for step in steps if step.get("purpose")]
    return named or None


def _whom(request: Request) -> dict[str, str]:
    """The declared recipients of what the plan acts on, by code."""
    found = _declared(_touched(request))
    for step in request.plan.document["steps"]:
        if "purpose" in step:
            found += _of_purpose(step["purpose"])
    return {one.code: one.name for one in found}


def _of_purpose(code: str) -> list[Recipient]:
    """The recipients of one purpose, or without a code of all."""
    known = registry.current().purposes
    chosen = [known[code]] if code in known else [] if code else known.values()
    return [recipient for purpose in chosen for recipient in purpose.recipients]


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
    declared = _whom(request)
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN_TASKS,
            {
                "request": request.pk,
                "codes": list(declared),
                "names": list(declared.values()),
                "subject": request.case.subject_id,
                "purposes": _purposes(request),
                "since": request.case.received_at - _BEFORE,
                "state": RecipientTask.State.OPEN,
                "due": timezone.now() + timedelta(days=_DAYS_TO_TELL),
            },
        )
