"""When an answer is due: pure arithmetic over the rules, the calendars and what happened to the request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dsar.law import calendars, pauses, periods, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from dsar.law.calendars import Calendar
    from dsar.law.pauses import Pause
    from dsar.law.terms import Period, Regime, Rule


class NoRuleError(LookupError):
    """No attached regime knows this right."""


@dataclass(frozen=True, kw_only=True)
class Extended:
    """The notice of an extension under one regime, on the day it was sent to the person."""

    regime: str
    ground: str
    notified: date


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A notice that names the day of the answer, on the day it was sent to the person."""

    notified: date
    until: date


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened to a request that may move its dates."""

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extended, ...] = ()
    promises: tuple[Promised, ...] = ()

    def as_if_answered(self, today: date) -> History:
        """The same, had every open question been answered today."""
        answered = (replace(one, answered=one.answered or today) for one in self.pauses)
        return replace(self, pauses=tuple(answered))


NOTHING = History()


@dataclass(frozen=True, kw_only=True)
class Due:
    """The last day on which one regime is satisfied, before and after rolling off a day on which it may not end."""

    regime: str
    edition: str
    start: date
    unrolled: date
    day: date
    """By the law's text alone: lateness is judged by it, and alarms follow it (R43)."""
    adjusted: date
    """With the pauses that guidance allows as well; never before `day`."""
    notice_by: date
    """The last day on which a notice can still give more time."""
    extended: bool
    promised: date | None

    def moment(self, zone: ZoneInfo) -> datetime:
        """The last second of that day where the organisation is."""
        return periods.end_of(self.day, zone=zone)


@dataclass(frozen=True, kw_only=True)
class Dates:
    """The dates of one request under each of its regimes that knows the right."""

    under: tuple[Due, ...]

    @property
    def earliest(self) -> Due:
        """The date that counts (R2)."""
        return min(self.under, key=lambda one: (one.day, one.regime))

    @property
    def adjusted(self) -> date:
        """The earliest date with every pause that guidance allows."""
        return min(one.adjusted for one in self.under)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A request as one regime sees it."""

    arrived: date
    rule: Rule
    regime: Regime
    calendar: Calendar
    history: History


def dates(  # noqa: PLR0913 - what a date depends on is said whole.
    received_at: datetime,
    right: str,
    *,
    regimes: Iterable[str],
    zone: ZoneInfo,
    holidays: Mapping[str, Calendar] | None = None,
    pinned: Mapping[str, str] | None = None,
    history: History = NOTHING,
) -> Dates:
    """The due dates under several regimes; raises NoRuleError where none knows the right.

    The day of arrival is the organisation's, whatever hour or day it is (R35). `holidays` puts other
    calendars in the place of the regimes' own; `pinned` names the editions that a request keeps.
    """
    arrived = received_at.astimezone(zone).date()
    laws = [rules.governing(code, on=arrived, pinned=pinned) for code in regimes]
    found = tuple(
        _under(
            _Asked(
                arrived=arrived,
                rule=law.rights[right],
                regime=law,
                calendar=calendar_of(law, holidays),
                history=history,
            )
        )
        for law in laws
        if right in law.rights
    )
    if not found:
        raise NoRuleError(right)
    return Dates(under=found)


def due(  # noqa: PLR0913 - as above.
    received_at: datetime,
    right: str,
    *,
    regimes: Iterable[str],
    zone: ZoneInfo,
    holidays: Mapping[str, Calendar] | None = None,
    history: History = NOTHING,
) -> Due:
    """The earliest due date of several regimes (R2); raises NoRuleError where none knows the right."""
    found = dates(
        received_at, right, regimes=regimes, zone=zone, holidays=holidays, history=history
    )
    return found.earliest


def calendar_of(law: Regime, holidays: Mapping[str, Calendar] | None = None) -> Calendar:
    """A regime's public holidays, unless others are given for it."""
    given = (holidays or {}).get(law.code)
    return calendars.of_country(law.country, law.part) if given is None else given


def acknowledge_by(
    arrived: date, *, laws: Iterable[Regime], holidays: Mapping[str, Calendar] | None = None
) -> date | None:
    """The earliest day by which receipt must be confirmed, where a law names one (11 CCR 7021(a))."""
    return _earliest(arrived, laws=laws, holidays=holidays, of=lambda law: law.acknowledge)


def preserve_until(
    refused: date, *, laws: Iterable[Regime], holidays: Mapping[str, Calendar] | None = None
) -> date | None:
    """The last day on which a refused copy must still be there (PDPA s 22A): of several, the latest."""
    found = _ends(refused, laws=laws, holidays=holidays, of=lambda law: law.preserve_refused)
    return max(found, default=None)


def house_target(
    arrived: date,
    right: str,
    *,
    laws: Iterable[Regime],
    holidays: Mapping[str, Calendar] | None = None,
) -> date | None:
    """The house's own earlier date for a right, where the rules set one (R48)."""
    return _earliest(
        arrived,
        laws=laws,
        holidays=holidays,
        of=lambda law: law.rights[right].house if right in law.rights else None,
    )


def stop_by(
    arrived: date,
    right: str,
    *,
    laws: Iterable[Regime],
    holidays: Mapping[str, Calendar] | None = None,
) -> date | None:
    """The last day for the effect itself, where a law names one apart from the answer (PDPA s 47(3))."""
    return _earliest(
        arrived,
        laws=laws,
        holidays=holidays,
        of=lambda law: law.rights[right].hard_stop if right in law.rights else None,
    )


def _earliest(
    start: date,
    *,
    laws: Iterable[Regime],
    holidays: Mapping[str, Calendar] | None,
    of: Callable[[Regime], Period | None],
) -> date | None:
    return min(_ends(start, laws=laws, holidays=holidays, of=of), default=None)


def _ends(
    start: date,
    *,
    laws: Iterable[Regime],
    holidays: Mapping[str, Calendar] | None,
    of: Callable[[Regime], Period | None],
) -> list[date]:
    return [
        periods.last_day(start, period=period, calendar=calendar_of(law, holidays))[1]
        for law in laws
        if (period := of(law)) is not None
    ]


def _under(asked: _Asked) -> Due:
    start = pauses.start(
        asked.arrived,
        begins=asked.regime.start,
        rule=asked.rule,
        pauses=asked.history.pauses,
        calendar=asked.calendar,
    )
    first = _last(asked, start=start, period=asked.rule.period, statutory=True)
    period, extended = _period(asked, first=first[1])
    unrolled, day = _last(asked, start=start, period=period, statutory=True)
    _, adjusted = _last(asked, start=start, period=period, statutory=False)
    promised = _promise(asked, day=day)
    return Due(
        regime=asked.regime.code,
        edition=asked.regime.edition,
        start=start,
        unrolled=unrolled,
        day=promised or day,
        adjusted=max(adjusted, promised or day),
        notice_by=(promised or day) if asked.rule.promises else first[1],
        extended=extended,
        promised=promised,
    )


def _last(asked: _Asked, *, start: date, period: Period, statutory: bool) -> tuple[date, date]:
    unrolled, _ = periods.last_day(start, period=period, calendar=asked.calendar)
    left_out = pauses.spans(
        asked.history.pauses,
        rule=asked.rule,
        arrived=asked.arrived,
        after=start,
        statutory=statutory,
    )
    return pauses.lengthened(unrolled, by=left_out, period=period, calendar=asked.calendar)


def _period(asked: _Asked, *, first: date) -> tuple[Period, bool]:
    """The period that counts: the longer one only if its notice went out within the first (R38, R39)."""
    longer = asked.rule.extension
    for one in asked.history.extensions:
        mine = one.regime == asked.regime.code
        if longer and mine and one.ground in longer.grounds and one.notified <= first:
            return longer.total, True
    return asked.rule.period, False


def _promise(asked: _Asked, *, day: date) -> date | None:
    """The last day promised in time, each promise before the date it moves (R40); no promise shortens a period."""
    if not asked.rule.promises:
        return None
    kept: date | None = None
    for one in sorted(asked.history.promises, key=lambda each: (each.notified, each.until)):
        if one.notified <= (kept or day) < one.until:
            kept = one.until
    return kept
