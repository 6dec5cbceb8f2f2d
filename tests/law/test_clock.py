"""The clock agrees with the dated examples of the law."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.law import clock, rules
from dsar.law.clock import NoRuleError

SINGAPORE = ZoneInfo("Asia/Singapore")
VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=SINGAPORE)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_due_dates_equal_the_vectors(vector: dict[str, Any]) -> None:
    free = {date.fromisoformat(day) for day in vector["holidays"]}
    found = clock.due(
        noon(vector["received"]),
        vector["right"],
        regimes=vector["jurisdiction"],
        zone=SINGAPORE,
        holidays=dict.fromkeys(vector["jurisdiction"], free),
    )
    assert found.day == date.fromisoformat(vector["expected"])


def test_library_calendars_know_easter_and_christmas() -> None:
    easter = clock.due(noon("2026-03-05"), "access", regimes=["EU"], zone=SINGAPORE)
    christmas = clock.due(noon("2026-11-25"), "access", regimes=["SG"], zone=SINGAPORE)
    assert easter.day == date(2026, 4, 7)
    assert easter.unrolled == date(2026, 4, 5)
    assert christmas.day == date(2026, 12, 26)


def test_arrival_counts_on_the_organisations_day() -> None:
    late_sunday_in_london = datetime(2026, 6, 7, 17, 0, tzinfo=UTC)
    found = clock.due(late_sunday_in_london, "access", regimes=["SG"], zone=SINGAPORE)
    assert found.unrolled == date(2026, 7, 8)


def test_due_moment_is_the_last_second_in_singapore() -> None:
    found = clock.due(noon("2026-06-01"), "access", regimes=["SG"], zone=SINGAPORE)
    assert found.moment(SINGAPORE).astimezone(UTC) == datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)


def test_immediate_rights_are_due_on_the_day_of_arrival() -> None:
    found = clock.due(noon("2026-06-01"), "consent_withdrawal", regimes=["EU"], zone=SINGAPORE)
    assert found.day == date(2026, 6, 1)


def test_unknown_right_has_no_due_date() -> None:
    with pytest.raises(NoRuleError):
        clock.due(noon("2026-06-01"), "teleportation", regimes=["SG"], zone=SINGAPORE)


@given(day=days)
def test_singapore_never_ends_on_a_sunday_and_never_before_thirty_days(day: date) -> None:
    found = clock.due(noon(day.isoformat()), "access", regimes=["SG"], zone=SINGAPORE)
    assert found.day.weekday() != 6
    assert found.day >= found.unrolled == day + timedelta(days=30)


@given(day=days)
def test_another_regime_never_makes_the_date_later(day: date) -> None:
    alone = clock.due(noon(day.isoformat()), "access", regimes=["EU"], zone=SINGAPORE)
    both = clock.due(noon(day.isoformat()), "access", regimes=["EU", "SG"], zone=SINGAPORE)
    assert both.day <= alone.day


@pytest.mark.parametrize(
    ("residence", "expected"),
    [("", ("SG",)), ("DE", ("EU", "SG")), ("GB", ("GB", "SG")), ("SG", ("SG",)), ("US", ("SG",))],
)
def test_regimes_follow_residence(residence: str, expected: tuple[str, ...]) -> None:
    assert rules.attached(residence, home=("SG",)) == expected


def test_company_policy_stands_in_where_no_regime_is_known() -> None:
    assert rules.attached("US", home=()) == ("DEFAULT",)
