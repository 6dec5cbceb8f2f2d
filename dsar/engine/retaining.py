"""Until when rows stay that a law keeps from being deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Max
from django.utils import timezone

from dsar.contract import compiler
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from datetime import date

    from dsar.contract.declarations import Declaration, Retention


def until(declaration: Declaration, person: object, *, concealed: bool = False) -> date | None:
    """The day on which the last record that stays may go; None where nothing stays or that is not known yet."""
    if declaration.row is Row.DELETED:
        return None
    condition = compiler.condition if concealed else compiler.shown_condition
    sql, params = condition(declaration).bind(person)
    own = declaration.model._base_manager.extra(where=[sql], params=params)
    latest = own.aggregate(latest=Max(declaration.retention.after))["latest"]
    return None if latest is None else _end(latest, declaration.retention)


def _end(moment: Any, retention: Retention) -> date:
    day: date = timezone.localdate(moment) if hasattr(moment, "hour") else moment
    if retention.from_end_of == "financial_year":
        day = day.replace(month=12, day=31)
    return day + relativedelta(years=retention.years, months=retention.months, days=retention.days)


def length(retention: Retention) -> str:
    """How long, in words: "5 years after last login"."""
    parts = (("years", retention.years), ("months", retention.months), ("days", retention.days))
    period = ", ".join(f"{number} {unit}" for unit, number in parts if number)
    return f"{period or 'until'} after {retention.after.replace('__', ' ').replace('_', ' ')}"
