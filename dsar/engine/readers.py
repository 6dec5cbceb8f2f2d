"""Who received single records of a person, the buyers of a report for example: each is to be told (GDPR Art. 19).

Only the records tell who that was. So it is noted before a deletion takes them, by name where the name is an
organisation's; who else has them is told by staff, as a group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from dsar.cases import subjects
from dsar.cases.correction_models import Correction
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.contract import reach, registry
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import received

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration
    from dsar.registers.received import Received

_LONGEST = 200
"""As long as the name of a task's recipient may be."""


def note(
    request: Request, labels: Collection[str], purposes: Collection[str], *, due: datetime
) -> None:
    """One task a recipient of records of these kinds, or of these purposes (an empty one means all); each once.

    Of a correction only those are told who received a record that was corrected. The caller holds the request's row.
    """
    kinds = [one for one in _declaring() if _is_meant(one, labels, purposes)]
    if not kinds:
        return
    known = noted(request, {one.label for one in kinds})
    named = {one.recipient[:_LONGEST]: one for one in _whom(request, kinds)}
    new = {name: one for name, one in named.items() if name not in known}
    tasks = list(_tasks(request, new, due=due)) if new else []
    if tasks:
        _open(request, tasks)


@effect("readers.note")
def _open(request: Request, tasks: list[RecipientTask]) -> None:
    RecipientTask.objects.bulk_create(tasks)
    codes = sorted(one.recipient_code for one in tasks)
    log.append(Tag.RECIPIENT_TASKS_OPENED, request=request.pk, recipients=codes)


def noted(request: Request, kinds: Collection[str]) -> set[str]:
    """The names under which recipients of records of these kinds were noted for a request."""
    if not any(one.label in kinds for one in _declaring()):
        return set()
    return set(_noted(request).values_list("recipient", flat=True))


def _noted(request: Request) -> QuerySet[RecipientTask]:
    ours = Q()
    for one in _declaring():
        code = _code(one)
        ours |= Q(recipient_code=code) | Q(recipient_code__startswith=f"{code}.")
    return RecipientTask.objects.filter(ours, request=request)


def _declaring() -> list[Declaration]:
    return [one for one in registry.current().all() if one.disclosed_to is not None]


def _code(declaration: Declaration) -> str:
    return declaration.disclosed_to.recipient.code if declaration.disclosed_to else ""


def _is_meant(declaration: Declaration, labels: Collection[str], purposes: Collection[str]) -> bool:
    return declaration.label in labels or bool({"", declaration.purpose.code} & set(purposes))


def _whom(request: Request, kinds: list[Declaration]) -> list[Received]:
    person = subjects.of(request.case)
    labels = {one.label for one in kinds}
    found = [one for one in reach.declarations(person) if one.label in labels]
    if request.right != Right.CORRECTION:
        return received.of(person, declarations=found)
    done = request.corrections.filter(result=Correction.Result.CORRECTED)
    rows = set(done.filter(declaration__in=labels).values_list("row", flat=True))
    return received.of(person, declarations=found, keys=rows)


def _tasks(
    request: Request, new: Mapping[str, Received], *, due: datetime
) -> Iterator[RecipientTask]:
    """The category under its code, organisations numbered under it: a code goes into the ledger, a name never."""
    there = _noted(request).count()
    for number, (name, one) in enumerate(new.items(), start=there + 1):
        is_named = name != one.category.name
        yield RecipientTask(
            request=request,
            recipient_code=f"{one.category.code}.{number}" if is_named else one.category.code,
            recipient=name,
            due_at=due,
        )
