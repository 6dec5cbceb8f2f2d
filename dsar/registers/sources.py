"""People whose data came from elsewhere: which records wait for a word to them, and noting that it was said (R198).

Which kinds of records these are follows from the declarations: a field of the person's own whose origin is another
source, and a date from which the month counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import CharField, Count, DateField, Exists, Min, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from dsar.contract import registry
from dsar.contract.vocabulary import Origin, Whose
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.inserting import insert_missing
from dsar.registers.source_models import SourceNotice

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration

WITHIN = relativedelta(months=1)
"""How long after the data was obtained people are told at the latest (Art. 14(3)(a))."""


class SourceError(ValueError):
    """Say on which day they were told, or name one exception and why it holds here."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many records of one kind wait for a word to the person in them."""

    kind: Declaration
    rows: int
    overdue: int
    since: datetime | None
    """Since when the oldest of them is there."""


def kinds() -> list[Declaration]:
    """The kinds of records whose person did not give us the data themselves."""
    return [one for one in registry.current().all() if one.born and _is_from_elsewhere(one)]


def kind(label: str) -> Declaration | None:
    """The one of these kinds with this label."""
    return next((one for one in kinds() if one.label == label), None)


def waiting() -> list[Waiting]:
    """What waits, kind by kind; one statement each."""
    before = timezone.now() - WITHIN
    return [_waiting(one, before=before) for one in kinds()]


def unsaid(found: Declaration) -> QuerySet[Any]:
    """The records of a kind about which nothing was noted."""
    noted = SourceNotice.objects.filter(declaration=found.label, row=OuterRef("own_key"))
    rows = found.model._base_manager.order_by().annotate(
        own_key=Cast("pk", CharField(max_length=64))
    )
    waits: QuerySet[Any] = rows.filter(~Exists(noted))
    return waits


def note(  # noqa: PLR0913 - each is a fact of the notice.
    found: Declaration,
    *,
    by: Any,
    rows: Collection[str] = (),
    until: date | None = None,
    told_on: date | None = None,
    exception: str = "",
    reason: str = "",
) -> int:
    """Note for some records, or for all obtained until a day, that people were told or why not; how many are new.

    One statement however many; what stands there stays. Raises SourceError.
    """
    said_why = bool(exception) and bool(reason.strip())
    if (told_on is None) == (not said_why) or (told_on and told_on > timezone.localdate()):
        raise SourceError
    meant = unsaid(found).filter(_meant(found, rows=rows, until=until))
    values = meant.values_list(
        Value(found.label, output_field=CharField()),
        "own_key",
        Value(told_on, output_field=DateField()),
        Value(exception, output_field=CharField()),
        Value(reason.strip(), output_field=CharField()),
        Value(by.pk),
        Value(timezone.now()),
    )
    with effect("source.note"), transaction.atomic():
        number = insert_missing(SourceNotice, _NOTED, values)
        if number:
            log.append(
                Tag.SOURCES_NOTED,
                declaration=found.label,
                number=number,
                told=told_on.isoformat() if told_on else None,
                exception=exception or None,
            )
    return number


_NOTED = ["declaration", "row", "told_on", "exception", "reason", "entered_by", "entered_at"]


def _meant(found: Declaration, *, rows: Collection[str], until: date | None) -> Q:
    if until is not None:
        return Q(**{f"{found.born}__date__lte": until})
    return Q(own_key__in=list(rows))


def _waiting(found: Declaration, *, before: datetime) -> Waiting:
    counted = unsaid(found).aggregate(
        rows=Count("pk"),
        overdue=Count("pk", filter=Q(**{f"{found.born}__lt": before})),
        since=Min(found.born),
    )
    return Waiting(kind=found, **counted)


def _is_from_elsewhere(found: Declaration) -> bool:
    return any(
        getattr(one, "origin", None) is Origin.OTHER_SOURCE
        and getattr(one, "whose", None) is not Whose.SOMEBODY_ELSE
        for one in found.fields.values()
    )
