"""What a person may see before asking: what is held of them, and what a deletion would do with it.

Made from the count that leaves concealed records out, so that neither a list nor a figure hints at one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Max
from django.utils import timezone

from dsar.contract import compiler, registry
from dsar.contract.declarations import NotPersonal
from dsar.contract.vocabulary import Row
from dsar.engine import discovery
from dsar.engine.rights import deletion

if TYPE_CHECKING:
    from datetime import date

    from dsar.contract.declarations import Declaration, Retention


def holdings(person: object) -> list[dict[str, Any]]:
    """Each kind of record that is held, with what the declarations say about it."""
    counts = discovery.discover(person)
    return [
        _holding(one, counts[one.label]) for one in registry.current().all() if counts[one.label]
    ]


def deletion_of(person: object) -> list[dict[str, Any]]:
    """What a deletion would do, kind by kind, in its order; nothing is decided and nothing is kept."""
    counts = discovery.discover(person)
    found = {one.label: one for one in registry.current().all()}
    return [
        _foreseen(step, until=_until(found[step["declaration"]], person))
        for step in deletion.kinds(counts)
    ]


def _holding(declaration: Declaration, rows: int) -> dict[str, Any]:
    purpose = declaration.purpose
    return {
        "declaration": declaration.label,
        "title": str(declaration.model._meta.verbose_name_plural),
        "about": declaration.describe,
        "records": rows,
        "released": declaration.released,
        "purpose": purpose.code,
        "why": purpose.label,
        "basis": purpose.basis.value,
        "kept": kept(declaration.retention),
        "categories": _categories(declaration),
        "recipients": [
            {
                "code": one.code,
                "name": one.name,
                "role": one.role,
                "country": one.country,
                "safeguard": one.safeguard,
            }
            for one in purpose.recipients
        ],
    }


def _categories(declaration: Declaration) -> list[str]:
    personal = [one for one in declaration.fields.values() if not isinstance(one, NotPersonal)]
    return sorted({one.category.value for one in personal})  # type: ignore[attr-defined]


def kept(retention: Retention) -> str:
    """How long, in words: "5 years after last login"."""
    parts = (("years", retention.years), ("months", retention.months), ("days", retention.days))
    length = ", ".join(f"{number} {unit}" for unit, number in parts if number)
    return f"{length or 'until'} after {retention.after.replace('__', ' ').replace('_', ' ')}"


def _foreseen(step: dict[str, Any], *, until: date | None) -> dict[str, Any]:
    return {
        "declaration": step["declaration"],
        "title": step["title"],
        "action": step["action"],
        "records": step["expected"],
        "fields": step["fields"],
        "reason": step["reason"],
        "until": until,
    }


def _until(declaration: Declaration, person: object) -> date | None:
    """The day on which the last record that stays may go; None where nothing stays or that is not known yet."""
    if declaration.row is Row.DELETED:
        return None
    sql, params = compiler.shown_condition(declaration).bind(person)
    own = declaration.model._base_manager.extra(where=[sql], params=params)
    latest = own.aggregate(latest=Max(declaration.retention.after))["latest"]
    return None if latest is None else _end(latest, declaration.retention)


def _end(moment: Any, retention: Retention) -> date:
    day: date = timezone.localdate(moment) if hasattr(moment, "hour") else moment
    if retention.from_end_of == "financial_year":
        day = day.replace(month=12, day=31)
    return day + relativedelta(years=retention.years, months=retention.months, days=retention.days)
