"""Waiting for the requester: which days of it a regime leaves out of a period, each day once (R50)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dsar.law import periods
from dsar.law.terms import Counts, Start

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.law.calendars import Calendar
    from dsar.law.terms import PauseKind, PauseRule, Period, Rule

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Pause:
    """One question to the requester: when it was asked, and when the answer came, if it did."""

    kind: PauseKind
    asked: date
    answered: date | None = None
    reasoned: bool = True
    """Whether the doubt, or the condition that the rule names, was written down."""


def start(
    arrived: date, *, begins: Start, rule: Rule, pauses: Iterable[Pause], calendar: Calendar
) -> date:
    """The day the clock starts: the arrival, or where the law says so the latest answer it waits for (R41).

    A question asked when the period was over restarts nothing.
    """
    if begins is Start.RECEIPT:
        return arrived
    day = arrived
    for pause in sorted(pauses, key=lambda one: one.asked):
        _, end = periods.last_day(day, period=rule.period, calendar=calendar)
        if _restarts(pause, rule=rule) and pause.answered and pause.asked <= end:
            day = max(day, pause.answered)
    return day


def spans(
    pauses: Iterable[Pause], *, rule: Rule, arrived: date, after: date, statutory: bool
) -> list[tuple[date, date]]:
    """The first and last day of each stretch that is left out, apart from each other, in order.

    `statutory` leaves guidance aside. Days up to `after`, on which the clock started, were never counted.
    """
    found: list[tuple[date, date]] = []
    for pause in pauses:
        kept = rule.pauses.get(pause.kind)
        if kept is not None and _counts(pause, rule=kept, arrived=arrived, statutory=statutory):
            found += _span(pause, rule=kept, after=after)
    return _union(found)


def lengthened(
    day: date, *, by: list[tuple[date, date]], period: Period, calendar: Calendar
) -> tuple[date, date]:
    """A period's last day, unrolled and rolled, with those days left out; a pause after the end comes too late."""
    end = periods.rolled(day, period=period, calendar=calendar)
    for first, last in by:
        if first > end:
            break
        day += last - first + _DAY
        end = periods.rolled(day, period=period, calendar=calendar)
    return day, end


def excluded(by: list[tuple[date, date]]) -> int:
    """How many days they leave out."""
    return sum((last - first + _DAY).days for first, last in by)


def _restarts(pause: Pause, *, rule: Rule) -> bool:
    kept = rule.pauses.get(pause.kind)
    return kept is not None and kept.counts is Counts.RESTARTS


def _counts(pause: Pause, *, rule: PauseRule, arrived: date, statutory: bool) -> bool:
    """Whether this wait may count: answered, prompt where that is asked, with its reason, and in the law's text."""
    if pause.answered is None or rule.counts is Counts.RESTARTS:
        return False
    if statutory and not rule.statutory:
        return False
    if not rule.statutory and not pause.reasoned:
        return False
    prompt = rule.ask_within_days
    return prompt is None or (pause.asked - arrived).days <= prompt


def _span(pause: Pause, *, rule: PauseRule, after: date) -> list[tuple[date, date]]:
    if pause.answered is None:
        return []
    first = pause.asked if rule.counts is Counts.BOTH_ENDS else pause.asked + _DAY
    first = max(first, after + _DAY)
    return [(first, pause.answered)] if first <= pause.answered else []


def _union(found: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Overlapping and adjoining stretches as one, so that no day counts twice."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1] + _DAY:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined
