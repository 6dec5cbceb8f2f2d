"""What holds for every date, regime and history."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.law import clock, pauses, periods, rules
from dsar.law.clock import Extended, History, Promised
from dsar.law.pauses import Pause
from dsar.law.terms import PauseKind, Roll, Rule

unhurried = settings(deadline=None)
"""The first date of a country reads its calendar, which takes its time."""
ZONE = ZoneInfo("Asia/Singapore")
days = st.dates(min_value=date(2026, 2, 5), max_value=date(2034, 12, 31))
CODES = sorted(regime.code for regime in rules.enabled())
codes = st.sampled_from(CODES)
REGIMES = [rules.latest(code) for code in CODES]
cases = st.sampled_from([(law.code, right) for law in REGIMES for right in sorted(law.rights)])
spells = st.lists(
    st.tuples(st.sampled_from(PauseKind), st.integers(0, 45), st.integers(0, 45), st.booleans()),
    max_size=5,
)


def moment(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZONE)


def asked(arrived: date, drawn) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            kind=kind,
            asked=arrived + timedelta(days=after),
            answered=arrived + timedelta(days=after + long),
            reasoned=reasoned,
        )
        for kind, after, long, reasoned in drawn
    )


def due(arrived: date, case: tuple[str, str], history: History = clock.NOTHING) -> clock.Due:
    regime, right = case
    return clock.due(moment(arrived), right, regimes=[regime], zone=ZONE, history=history)


def rule(case: tuple[str, str]) -> Rule:
    return rules.latest(case[0]).rights[case[1]]


@unhurried
@given(day=days, case=cases, drawn=spells)
def test_no_date_is_before_the_unpaused_one(day, case, drawn):
    plain, paused = due(day, case), due(day, case, History(pauses=asked(day, drawn)))
    assert paused.day >= plain.day >= plain.unrolled
    assert paused.adjusted >= paused.day


@unhurried
@given(day=days, case=cases, drawn=spells, seed=st.randoms())
def test_pauses_commute(day, case, drawn, seed):
    told = asked(day, drawn)
    shuffled = list(told)
    seed.shuffle(shuffled)
    assert due(day, case, History(pauses=told)) == due(day, case, History(pauses=tuple(shuffled)))


@unhurried
@given(day=days, drawn=spells, statutory=st.booleans(), case=cases)
def test_the_days_left_out_are_the_union_of_the_pauses(day, drawn, statutory, case):
    told = asked(day, drawn)
    each = [
        pauses.spans([one], rule=rule(case), arrived=day, after=day, statutory=statutory)
        for one in told
    ]
    union = {
        first + timedelta(days=step)
        for spans in each
        for first, last in spans
        for step in range((last - first).days + 1)
    }
    together = pauses.spans(told, rule=rule(case), arrived=day, after=day, statutory=statutory)
    assert pauses.excluded(together) == len(union)


@unhurried
@given(day=days, length=st.integers(0, 20), case=st.just(("GB", "access")))
def test_a_pause_within_the_period_gives_exactly_its_days(day, length, case):
    told = Pause(
        kind=PauseKind.CLARIFICATION,
        asked=day + timedelta(days=2),
        answered=day + timedelta(days=2 + length),
    )
    plain, paused = due(day, case), due(day, case, History(pauses=(told,)))
    assert paused.unrolled == plain.unrolled + timedelta(days=length + 1)


@unhurried
@given(day=days, case=cases, drawn=spells)
def test_a_period_ends_on_an_allowed_day(day, case, drawn):
    found = due(day, case, History(pauses=asked(day, drawn)))
    roll = rule(case).period.roll
    law = rules.latest(case[0])
    for end in (found.day, found.adjusted):
        assert not (Roll.SATURDAY in roll and end.weekday() == 5)
        assert not (Roll.SUNDAY in roll and end.weekday() == 6)
        assert not (Roll.PUBLIC_HOLIDAY in roll and end in clock.calendar_of(law))
    assert found.day - found.unrolled < timedelta(days=14)


@unhurried
@given(day=days, case=cases, after=st.integers(0, 200), times=st.integers(1, 3), drawn=spells)
def test_an_extension_counts_within_the_first_period_and_once(day, case, after, times, drawn):
    law = rules.latest(case[0])
    longer = rule(case).extension
    grounds = sorted(longer.grounds) if longer else ["complexity"]
    notice = Extended(regime=law.code, ground=grounds[0], notified=day + timedelta(days=after))
    told = asked(day, drawn)
    plain = due(day, case, History(pauses=told))
    found = due(day, case, History(pauses=told, extensions=(notice,) * times))
    in_time = longer is not None and notice.notified <= plain.day
    assert found.extended is in_time
    if longer is not None and in_time:
        latest, _ = periods.last_day(
            found.start, period=longer.total, calendar=clock.calendar_of(law)
        )
        left_out = pauses.spans(
            told, rule=rule(case), arrived=day, after=found.start, statutory=True
        )
        assert latest <= found.unrolled <= latest + timedelta(days=pauses.excluded(left_out))
    else:
        assert found.day == plain.day


@unhurried
@given(
    day=days,
    told=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 200)), max_size=4),
    case=st.sampled_from([("SG", "access"), ("DEFAULT", "deletion")]),
)
def test_a_promise_never_shortens_and_each_is_told_before_the_date_it_moves(day, told, case):
    promises = tuple(
        Promised(notified=day + timedelta(days=when), until=day + timedelta(days=until))
        for when, until in told
    )
    plain, found = due(day, case), due(day, case, History(promises=promises))
    assert found.day >= plain.day
    if found.promised:
        assert found.day in {one.until for one in promises}
    assert found == due(day, case, History(promises=promises[::-1]))


@unhurried
@given(day=days, some=st.sets(codes, min_size=1), more=st.sets(codes), drawn=spells)
def test_the_earliest_regime_wins_and_another_never_makes_it_later(day, some, more, drawn):
    history = History(pauses=asked(day, drawn))
    dates = {
        one: clock.dates(moment(day), "access", regimes=one, zone=ZONE, history=history)
        for one in (frozenset(some), frozenset(some | more))
    }
    few, many = dates[frozenset(some)], dates[frozenset(some | more)]
    assert few.earliest.day == min(one.day for one in few.under)
    assert many.earliest.day <= few.earliest.day
    assert many.adjusted <= few.adjusted


@unhurried
@given(day=days)
def test_singapore_never_ends_on_a_sunday_and_never_before_thirty_days(day):
    found = due(day, ("SG", "access"))
    assert found.day.weekday() != 6
    assert found.day >= found.unrolled == day + timedelta(days=30)
