"""Until when rows stay that a law keeps from being deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from dsar.contract import compiler
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration, Retention

_DAY = timedelta(days=1)


def until(
    declarations: Iterable[Declaration], person: object, *, concealed: bool = False
) -> dict[str, date]:
    """The day on which the last record that stays of each kind may go, by label, in one statement.

    A kind of which nothing stays, or whose day is not known yet, is left out.
    """
    kept = [one for one in declarations if one.row is not Row.DELETED]
    condition = compiler.condition if concealed else compiler.shown_condition
    latest = [
        _latest(position, one, condition(one).bind(person)) for position, one in enumerate(kept)
    ]
    if not latest:
        return {}
    found = latest[0].union(*latest[1:], all=True)
    return {
        kept[position].label: end_of(moment, kept[position].retention)
        for position, moment in found
        if moment is not None
    }


def _latest(position: int, declaration: Declaration, own: tuple[str, Any]) -> QuerySet[Any, Any]:
    """The latest of the moments from which one kind is kept; as text, since some are days and some are moments."""
    sql, params = own
    rows = declaration.model._base_manager.extra(where=[sql], params=params).order_by()
    latest = Cast(Func(declaration.retention.after, function="MAX"), TextField())
    return rows.values_list(Value(position), latest)


def end_of(moment: str, retention: Retention) -> date:
    """The day on which a record may go whose retention began at a moment, or on a day, written as text."""
    at = datetime.fromisoformat(moment)
    return end(timezone.localdate(at) if timezone.is_aware(at) else at.date(), retention)


def end(day: date, retention: Retention) -> date:
    """The day on which a record may go whose retention began on `day`."""
    if retention.from_end_of == "financial_year":
        day = day.replace(month=12, day=31)
    return day + relativedelta(years=retention.years, months=retention.months, days=retention.days)


def last_over(retention: Retention, *, on: date) -> date:
    """The last day on which a retention can have begun that has ended `on` this day."""
    day = on - relativedelta(years=retention.years, months=retention.months, days=retention.days)
    if retention.from_end_of == "financial_year":
        ended = end(day, retention) <= on
        return day.replace(year=day.year if ended else day.year - 1, month=12, day=31)
    # Months differ in length: what began on the 29th to 31st may end on the same day as what began on the 28th.
    while end(day + _DAY, retention) <= on:
        day += _DAY
    return day


def length(retention: Retention) -> str:
    """How long, in words: "5 years after order placed", of a path what it ends on."""
    parts = (("year", retention.years), ("month", retention.months), ("day", retention.days))
    period = ", ".join(f"{n} {unit}{'' if n == 1 else 's'}" for unit, n in parts if n)
    moment = " ".join(retention.after.split("__")[-2:]).replace("_", " ")
    return f"{period} after {moment.removesuffix(' at').removesuffix(' on')}"
