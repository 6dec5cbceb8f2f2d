"""The clock agrees with the dated examples of the law."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dsar.law import clock, periods, rules
from dsar.law.clock import Extended, History, NoRuleError, Promised
from dsar.law.pauses import Pause
from dsar.law.terms import PauseKind

SINGAPORE = ZoneInfo("Asia/Singapore")
VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=SINGAPORE)


def day(text: str) -> date:
    return date.fromisoformat(text)


def pause(kind: str, asked: str, answered: str = "", *, reasoned: bool = True) -> Pause:
    return Pause(
        kind=PauseKind(kind),
        asked=day(asked),
        answered=day(answered) if answered else None,
        reasoned=reasoned,
    )


def under(regime: str, received: str, right: str = "access", **history: Any) -> clock.Due:
    """The date under one regime without holidays."""
    return clock.due(
        noon(received),
        right,
        regimes=[regime],
        zone=SINGAPORE,
        holidays={regime: frozenset()},
        history=History(**history),
    )


def found(vector: dict[str, Any]) -> date | None:
    """What the law's functions answer to a vector."""
    start = day(vector["received"])
    laws = [rules.governing(code, on=start) for code in vector["regimes"]]
    free = {code: {day(one) for one in vector["holidays"]} for code in vector["regimes"]}
    answers = {
        "respond": lambda: _answer(vector, free=free),
        "extend": lambda: _extended(vector, free=free),
        "hard_stop": lambda: clock.stop_by(start, vector["right"], laws=laws, holidays=free),
        "acknowledge": lambda: clock.acknowledge_by(start, laws=laws, holidays=free),
        "preserve_copy": lambda: clock.preserve_until(start, laws=laws, holidays=free),
        "notify_breach": lambda: _breach(start, law=laws[0]),
        "keep_until": lambda: _records(start, law=laws[0]),
    }
    return answers[vector["what"]]()


def _breach(start: date, *, law: Any) -> date:
    return periods.last_day(start, period=law.notify_breach, calendar=set())[1]


def _records(start: date, *, law: Any) -> date:
    return periods.records_kept_until(start, rule=law.accounting_records)


def _answer(vector: dict[str, Any], *, free: dict[str, set[date]]) -> date:
    asked = [pause(**vector["pause"])] if "pause" in vector else []
    dates = clock.dates(
        noon(vector["received"]),
        vector["right"],
        regimes=vector["regimes"],
        zone=SINGAPORE,
        holidays=free,
        history=History(pauses=tuple(asked)),
    )
    return dates.adjusted


def _extended(vector: dict[str, Any], *, free: dict[str, set[date]]) -> date:
    (regime,) = vector["regimes"]
    longer = rules.governing(regime, on=day(vector["received"])).rights[vector["right"]].extension
    assert longer is not None
    notice = Extended(
        regime=regime,
        ground=min(longer.grounds),
        notified=day(vector["received"]),
    )
    return clock.due(
        noon(vector["received"]),
        vector["right"],
        regimes=[regime],
        zone=SINGAPORE,
        holidays=free,
        history=History(extensions=(notice,)),
    ).day


def test_there_are_twenty_five_vectors() -> None:
    assert len({vector["id"] for vector in VECTORS}) == 25


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_dates_equal_the_vectors(vector: dict[str, Any]) -> None:
    assert found(vector) == day(vector["expected"])


def test_library_calendars_know_easter_and_christmas() -> None:
    easter = clock.due(noon("2026-03-05"), "access", regimes=["EU"], zone=SINGAPORE)
    christmas = clock.due(noon("2026-11-25"), "access", regimes=["SG"], zone=SINGAPORE)
    assert easter.day == date(2026, 4, 7)
    assert easter.unrolled == date(2026, 4, 5)
    assert christmas.day == date(2026, 12, 26)


def test_arrival_counts_on_the_organisations_day() -> None:
    late_sunday_in_london = datetime(2026, 6, 7, 17, 0, tzinfo=UTC)
    late_sunday_in_singapore = datetime(2026, 6, 7, 15, 30, tzinfo=UTC)
    london = clock.due(late_sunday_in_london, "access", regimes=["SG"], zone=SINGAPORE)
    singapore = clock.due(late_sunday_in_singapore, "access", regimes=["SG"], zone=SINGAPORE)
    assert london.unrolled == date(2026, 7, 8)
    assert singapore.unrolled == date(2026, 7, 7)


def test_due_moment_is_the_last_second_in_singapore() -> None:
    one = clock.due(noon("2026-06-01"), "access", regimes=["SG"], zone=SINGAPORE)
    assert one.moment(SINGAPORE).astimezone(UTC) == datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("regime", ["EU", "GB", "BR", "DEFAULT"])
def test_a_withdrawal_has_no_month_of_grace(regime: str) -> None:
    assert under(regime, "2026-06-01", "consent_withdrawal").day == date(2026, 6, 1)


def test_what_staff_enter_for_an_immediate_right_has_the_houses_own_day() -> None:
    laws = [rules.governing("SG", on=day("2026-06-05"))]
    target = clock.house_target(day("2026-06-05"), "objection_marketing", laws=laws)
    assert target == date(2026, 6, 8)


def test_unknown_right_has_no_due_date() -> None:
    with pytest.raises(NoRuleError):
        clock.due(noon("2026-06-01"), "teleportation", regimes=["SG"], zone=SINGAPORE)


def test_guidance_moves_the_adjusted_date_only() -> None:
    one = under("EU", "2026-06-01", pauses=(pause("clarification", "2026-06-10", "2026-06-15"),))
    assert (one.day, one.adjusted) == (date(2026, 7, 1), date(2026, 7, 6))


def test_a_pause_in_the_laws_text_moves_both_dates_and_the_month_of_the_notice() -> None:
    one = under("GB", "2026-06-01", pauses=(pause("clarification", "2026-06-10", "2026-06-15"),))
    assert one.day == one.adjusted == one.notice_by == date(2026, 7, 7)


def test_british_clarification_stops_the_clock_of_access_alone() -> None:
    asked = (pause("clarification", "2026-06-10", "2026-06-15"),)
    assert under("GB", "2026-06-01", "deletion", pauses=asked).adjusted == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("received", "expected"), [("2026-02-04", "2026-03-04"), ("2026-02-05", "2026-03-10")]
)
def test_a_british_request_keeps_the_text_of_its_day(received: str, expected: str) -> None:
    """Article 12A starts the clock with the identity that was asked for, but not for older requests (R3)."""
    asked = (pause("identity", received, "2026-02-10"),)
    assert under("GB", received, pauses=asked).day == day(expected)


def test_british_clock_starts_with_the_latest_of_identity_and_fee() -> None:
    asked = (
        pause("fee", "2026-06-02", "2026-06-25"),
        pause("identity", "2026-06-01", "2026-06-19"),
    )
    assert under("GB", "2026-06-01", pauses=asked).start == date(2026, 6, 25)


def test_a_european_pause_for_identity_needs_a_reason_and_a_prompt_question() -> None:
    prompt = pause("identity", "2026-06-03", "2026-06-10")
    late = pause("identity", "2026-06-08", "2026-06-15")
    unexplained = pause("identity", "2026-06-03", "2026-06-10", reasoned=False)
    dates = [
        under("EU", "2026-06-01", pauses=(one,)).adjusted for one in (prompt, late, unexplained)
    ]
    assert dates == [date(2026, 7, 8), date(2026, 7, 1), date(2026, 7, 1)]


@pytest.mark.parametrize("regime", ["SG", "US-CA"])
def test_some_laws_never_stop_the_clock(regime: str) -> None:
    asked = (
        pause("identity", "2026-06-01", "2026-06-20"),
        pause("clarification", "2026-06-01", "2026-06-20"),
    )
    assert under(regime, "2026-06-01", pauses=asked) == under(regime, "2026-06-01")


def test_an_open_question_gives_no_time_until_it_is_answered() -> None:
    history = History(pauses=(pause("clarification", "2026-06-10"),))
    waiting = under("GB", "2026-06-01", pauses=history.pauses)
    today = under("GB", "2026-06-01", pauses=history.as_if_answered(day("2026-06-15")).pauses)
    assert (waiting.day, today.day) == (date(2026, 7, 1), date(2026, 7, 7))


@pytest.mark.parametrize(
    ("notified", "expected"), [("2026-07-01", "2026-09-01"), ("2026-07-02", "2026-07-01")]
)
def test_an_extension_counts_if_its_notice_went_out_within_the_first_month(
    notified: str, expected: str
) -> None:
    notice = Extended(regime="EU", ground="complexity", notified=day(notified))
    assert under("EU", "2026-06-01", extensions=(notice,)).day == day(expected)


def test_an_extension_needs_a_ground_of_its_regime() -> None:
    notice = Extended(regime="EU", ground="reasonably_necessary", notified=day("2026-06-02"))
    assert not under("EU", "2026-06-01", extensions=(notice,)).extended


def test_in_singapore_a_promised_day_moves_the_date_as_often_as_it_is_told_in_time() -> None:
    first = Promised(notified=day("2026-06-30"), until=day("2026-07-20"))
    second = Promised(notified=day("2026-07-20"), until=day("2026-08-05"))
    too_late = Promised(notified=day("2026-08-06"), until=day("2026-09-05"))
    told = under("SG", "2026-06-01", promises=(too_late, second, first))
    assert (told.day, told.promised, told.notice_by) == (date(2026, 8, 5),) * 3
    assert under("SG", "2026-06-01", promises=(second,)).day == date(2026, 7, 1)


def test_a_promise_does_nothing_in_europe() -> None:
    told = Promised(notified=day("2026-06-10"), until=day("2026-08-05"))
    assert under("EU", "2026-06-01", promises=(told,)) == under("EU", "2026-06-01")
