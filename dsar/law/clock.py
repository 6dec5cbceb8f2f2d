"""When an answer is due: pure arithmetic over the rules, the calendars and the day of arrival."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dsar.law import calendars, rules
from dsar.law.rules import Roll, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from dsar.law.calendars import Calendar
    from dsar.law.rules import Period

_SATURDAY, _SUNDAY = 5, 6
_MONTHS_A_YEAR = 12


class NoRuleError(LookupError):
    """No attached regime knows this right."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """The last day on which one regime is satisfied, before and after rolling off a day on which it may not end."""

    regime: str
    unrolled: date
    day: date

    def moment(self, zone: ZoneInfo) -> datetime:
        """The last second of that day where the organisation is."""
        return datetime.combine(self.day, time(23, 59, 59), tzinfo=zone)


def due(
    received_at: datetime,
    right: str,
    *,
    regimes: Iterable[str],
    zone: ZoneInfo,
    holidays: Mapping[str, Calendar] | None = None,
) -> Due:
    """The earliest due date of several regimes (R2); raises NoRuleError where none knows the right.

    The day of arrival is the organisation's, whatever hour or day it is (R35). `holidays` puts other
    calendars in the place of the regimes' own.
    """
    arrived = received_at.astimezone(zone).date()
    found = [
        _due_under(arrived, right, regime=regime, holidays=holidays or {})
        for regime in regimes
        if right in rules.current().regimes[regime].rights
    ]
    if not found:
        raise NoRuleError(right)
    return min(found, key=lambda one: (one.day, one.regime))


def last_day(start: date, *, period: Period, calendar: Calendar) -> tuple[date, date]:
    """The day a period ends on, unrolled and rolled; `start`, the day of the event, is not counted.

    Regulation 1182/71 Art. 3(1), 3(2)(c) and 3(4); for Singapore the calendar days of KC 15.18.
    """
    unrolled = _count(start, period=period, calendar=calendar)
    day = unrolled
    while _may_not_end(day, roll=period.roll, calendar=calendar):
        day += timedelta(days=1)
    return unrolled, day


def _due_under(arrived: date, right: str, *, regime: str, holidays: Mapping[str, Calendar]) -> Due:
    law = rules.current().regimes[regime]
    calendar = (
        holidays[regime] if regime in holidays else calendars.of_country(law.country, law.part)
    )
    unrolled, day = last_day(arrived, period=law.rights[right].period, calendar=calendar)
    return Due(regime=regime, unrolled=unrolled, day=day)


def _count(start: date, *, period: Period, calendar: Calendar) -> date:
    match period.unit:
        case Unit.IMMEDIATE:
            return start
        case Unit.CALENDAR_DAY:
            return start + timedelta(days=period.value)
        case Unit.BUSINESS_DAY:
            return _business_days_after(start, days=period.value, calendar=calendar)
        case Unit.MONTH:
            return _months_after(start, months=period.value)


def _months_after(start: date, *, months: int) -> date:
    """The same day number some months later, else the last day of that month."""
    index = start.year * _MONTHS_A_YEAR + start.month - 1 + months
    year, month = divmod(index, _MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _business_days_after(start: date, *, days: int, calendar: Calendar) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY and day not in calendar
    return day


def _may_not_end(day: date, *, roll: frozenset[Roll], calendar: Calendar) -> bool:
    return (
        (Roll.SATURDAY in roll and day.weekday() == _SATURDAY)
        or (Roll.SUNDAY in roll and day.weekday() == _SUNDAY)
        or (Roll.PUBLIC_HOLIDAY in roll and day in calendar)
    )
