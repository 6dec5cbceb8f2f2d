"""Who else has the data: told of a correction, deletion, restriction or withdrawal (GDPR Art. 19, R147), and asked.

Before a copy, processors are asked what they hold of the person: a search is complete with theirs (R56).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from dsar.cases import corrections, subjects
from dsar.cases.correction_models import Correction
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.contract import registry
from dsar.contract.vocabulary import Category
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import readers
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from dsar.cases.models import Case, Request
    from dsar.contract.declarations import Recipient

TELL = "dsar.tell_recipients"
"""The task that tells them, once the answer stands."""
_DAYS_TO_TELL = 30
_BEFORE = timedelta(days=366)
"""The window is twelve months before the earlier of filing and effect (R78)."""

_OPEN_TASKS = """
WITH opened AS (
INSERT INTO dsar_cases_recipient_task (request_id, recipient_code, recipient, state, due_at, secret)
SELECT %(request)s, code, max(name), %(state)s, %(due)s, bool_and(secret)
FROM (
    SELECT *, FALSE AS secret FROM unnest(%(codes)s::text[], %(names)s::text[]) AS declared(code, name)
    UNION ALL
    SELECT recipient_code, recipient, secret FROM dsar_registers_disclosure
    WHERE subject_id = %(subject)s AND disclosed_at >= %(since)s
        AND (%(purposes)s::text[] IS NULL OR purpose_id = ANY(%(purposes)s))
) AS told
WHERE %(roles)s::text[] IS NULL
    OR code IN (SELECT code FROM dsar_registers_recipient WHERE role = ANY(%(roles)s))
GROUP BY code ORDER BY code
ON CONFLICT DO NOTHING
RETURNING recipient_code
)
SELECT coalesce(array_agg(recipient_code ORDER BY recipient_code), '{}'), coalesce(bool_or(EXISTS (
    SELECT FROM dsar_registers_recipient AS known
    WHERE known.code = opened.recipient_code AND known.channel <> 'none'
)), FALSE) FROM opened
"""


def names(kinds: Iterable[str], request: Request) -> list[str]:
    """Whom the letter names: recipients of the purposes of these kinds, and whoever received single records."""
    meant = set(kinds)
    return sorted({one.name for one in _declared(meant)} | readers.noted(request, meant))


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
    """One task a recipient: those of the purposes, whoever got data in the year before (also secretly), readers."""
    note_received(request)
    _open(request, due=timezone.now() + timedelta(days=_DAYS_TO_TELL))


def note_received(request: Request) -> None:
    """One task for whoever received single records; called before a deletion too, as only the records tell who."""
    steps = request.plan.document["steps"]
    due = timezone.now() + timedelta(days=_DAYS_TO_TELL)
    readers.note(
        request, _touched(request), [one["purpose"] for one in steps if "purpose" in one], due=due
    )


@effect("recipients.ask")
def ask_processors(request: Request) -> None:
    """One task a processor who has data of the kinds that were found, or got some: they say what they hold."""
    _open(request, due=request.due_at, roles=[RecipientRecord.Role.PROCESSOR.value])


def _open(request: Request, *, due: datetime, roles: list[str] | None = None) -> None:
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
                "due": due,
                "roles": roles,
            },
        )
        opened, can_be_told = cursor.fetchone()
        if opened:
            log.append(Tag.RECIPIENT_TASKS_OPENED, request=request.pk, recipients=opened)
        if can_be_told:
            outbox.wake(TELL, str(request.pk), queue="mail")


def body(task: RecipientTask, *, categories: Sequence[str]) -> dict[str, Any]:
    """What a recipient is told who may get these categories (R148); where nobody named any, whom it is about in full.

    A new value is told only where its category is named.
    """
    request = task.request
    case = request.case
    person = {"account": "" if case.subject_id is None else str(case.subject_id)}
    if not categories or Category.EMAIL_ADDRESS.value in categories:
        person["email"] = _address(case)
    return {
        "id": str(task.pk),
        "event": request.right,
        "answered_at": request.answered_at and request.answered_at.isoformat(),
        **({"answer_by": task.due_at.isoformat()} if request.right == Right.ACCESS else {}),
        "person": person,
        "purposes": _purposes(request) or [],
        "records": sorted(_shown(request)),
        "fields": [_field(one, categories) for one in _corrected(request)],
    }


def category_of(label: str, field: str) -> str:
    """The category of a declared field; empty where it has none."""
    treatment = registry.current().get(label).fields.get(field)
    return str(getattr(treatment, "category", "") or "")


def _address(case: Case) -> str:
    """The mailbox of the person, if the case still tells it."""
    try:
        address = subjects.addressed(case)
    except box.KeyDestroyedError:
        return ""
    return address if "@" in address else ""


def _shown(request: Request) -> set[str]:
    """The kinds of records that the request changed, without those that may hold concealed rows."""
    concealing = {one.label for one in registry.current().all() if one.concealed}
    return _touched(request) - concealing


def _corrected(request: Request) -> QuerySet[Correction]:
    done = request.corrections.filter(result=Correction.Result.CORRECTED)
    return done.select_related("request__case__key").order_by("pk")


def _field(one: Correction, categories: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"record": one.declaration, "row": one.row, "field": one.field}
    if category_of(one.declaration, one.field) in categories:
        told["new"] = corrections.read(one).new
    return told
