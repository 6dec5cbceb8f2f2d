"""Counting on a calendar: months, days, business days, and off the days on which a period may not end."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dsar.law.terms import Roll, Unit

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dsar.law.calendars import Calendar
    from dsar.law.terms import Bookkeeping, Period

_SATURDAY, _SUNDAY = 5, 6
_MONTHS_A_YEAR = 12


def last_day(start: date, *, period: Period, calendar: Calendar) -> tuple[date, date]:
    """The day a period ends on, unrolled and rolled; `start`, the day of the event, is not counted.

    Regulation 1182/71 Art. 3(1), 3(2)(c) and 3(4); for Singapore the calendar days of KC 15.18.
    """
    unrolled = _count(start, period=period, calendar=calendar)
    return unrolled, rolled(unrolled, period=period, calendar=calendar)


def rolled(day: date, *, period: Period, calendar: Calendar) -> date:
    """The day itself, or the next on which the period may end."""
    while _may_not_end(day, roll=period.roll, calendar=calendar):
        day += timedelta(days=1)
    return day


def last_moment(start: datetime, *, period: Period, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """When a period ends that an event started: to the hour where it is counted in hours, else with its last day."""
    if period.unit is Unit.HOUR:
        # In one zone Python adds to the clock on the wall, which is moved twice a year; hours run on.
        return (start.astimezone(UTC) + timedelta(hours=period.value)).astimezone(zone)
    _, day = last_day(start.astimezone(zone).date(), period=period, calendar=calendar)
    return end_of(day, zone=zone)


def end_of(day: date, *, zone: ZoneInfo) -> datetime:
    """The last second of a day there."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def records_kept_until(financial_year_end: date, *, rule: Bookkeeping) -> date:
    """The day until which accounting records stay: the later of the two ends that the law names (R88).

    A financial year is assessed in the year after it ended; records stay to the end of a later year of assessment.
    """
    by_company_law = _months_after(
        financial_year_end, months=rule.years_after_financial_year * _MONTHS_A_YEAR
    )
    assessed = financial_year_end.year + 1 + rule.years_after_assessment
    return max(by_company_law, date(assessed, 12, 31))


def _count(start: date, *, period: Period, calendar: Calendar) -> date:
    match period.unit:
        case Unit.IMMEDIATE:
            return start
        case Unit.HOUR:
            return start + timedelta(hours=period.value)
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
