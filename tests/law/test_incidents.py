"""The dates that follow from an incident, and whom the laws want told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dsar.law import incidents
from dsar.law.incidents import Answers, Event, Risk, Step, Times

SINGAPORE = ZoneInfo("Asia/Singapore")
HARMLESS = Answers(
    inside=False,
    people=3,
    many=False,
    harm=False,
    risk=Risk.UNLIKELY,
    unreadable=False,
    remedied=False,
)


def at(text: str, zone: ZoneInfo = SINGAPORE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def dues(*laws: str, **times: datetime) -> dict[tuple[str, Step], incidents.Due]:
    aware = times.pop("aware", at("2026-01-01T10:00"))
    told = Times(aware=aware, grounds=times.pop("grounds", aware), **times)
    return {(one.law, one.step): one for one in incidents.dues(laws, times=told, zone=SINGAPORE)}


@pytest.mark.parametrize(
    ("assessed", "until"),
    [
        # SG-7 of the vectors; a Sunday and New Year's Day move nothing.
        ("2026-01-01T00:00", "2026-01-04T23:59:59+08:00"),
        ("2026-01-01T23:59", "2026-01-04T23:59:59+08:00"),
        ("2026-02-26T12:00", "2026-03-01T23:59:59+08:00"),
    ],
)
def test_singapore_is_told_within_three_calendar_days_of_the_assessment(assessed, until):
    found = dues("SG", assessed=at(assessed))["SG", Step.AUTHORITY]
    assert found.due == datetime.fromisoformat(until)
    assert found.event is Event.ASSESSED
    assert "26D" in found.source


def test_singapores_day_is_singapores_wherever_the_moment_was_written():
    """Five in the afternoon of the first in London is the second in Singapore."""
    late = datetime(2026, 1, 1, 17, 0, tzinfo=UTC)
    assert dues("SG", assessed=late)["SG", Step.AUTHORITY].due == at("2026-01-05T23:59:59")


def test_the_assessment_ends_thirty_calendar_days_after_credible_grounds():
    found = dues("SG", grounds=at("2026-01-05T09:00"))
    assert found["SG", Step.ASSESS].due == at("2026-02-04T23:59:59")
    assert found["SG", Step.AUTHORITY].due is None, "It begins with the assessment's end."


@pytest.mark.parametrize(
    ("aware", "until"),
    [
        # Friday evening: the weekend counts.
        ("2026-01-02T18:30", "2026-01-05T18:30"),
        # Clocks went forward on 29 March in Berlin: 72 hours are still 72 hours.
        ("2026-03-28T12:00", "2026-03-31T13:00"),
    ],
)
def test_europe_is_told_within_72_hours_of_awareness(aware, until):
    berlin = ZoneInfo("Europe/Berlin")
    times = Times(aware=at(aware, berlin), grounds=at(aware, berlin))
    (found,) = incidents.dues(["EU"], times=times, zone=berlin)
    assert found.due == at(until, berlin)
    assert "Art. 33(1)" in found.source


def test_the_united_kingdoms_hours_are_shown_in_its_own_zone():
    found = dues("GB", aware=at("2026-07-01T08:00"))["GB", Step.AUTHORITY]
    assert found.due == at("2026-07-04T08:00")
    assert found.due is not None
    assert found.due.tzname() == "BST"


def test_each_law_has_its_own_dates_and_an_unknown_one_none():
    found = dues("EU", "SG", "BR")
    assert set(found) == {
        ("SG", Step.ASSESS),
        ("EU", Step.AUTHORITY),
        ("SG", Step.AUTHORITY),
    }


def proposed(law: str, **answers: Any) -> tuple[bool, bool]:
    (found,) = incidents.propose([law], answers=replace(HARMLESS, **answers))
    assert found.why
    return found.authority, found.people


@pytest.mark.parametrize(
    ("answers", "authority", "people"),
    [
        ({}, False, False),
        ({"people": 499}, False, False),
        ({"people": 500}, True, False),
        ({"people": None, "many": False}, False, False),
        ({"people": None, "many": True}, True, False),
        ({"people": 3, "many": True}, False, False),
        ({"people": 1, "harm": True}, True, True),
        ({"people": 900, "harm": True, "inside": True}, False, False),
        ({"harm": True, "unreadable": True}, True, False),
        ({"harm": True, "remedied": True}, True, False),
        ({"risk": Risk.HIGH}, False, False),
    ],
)
def test_singapore_asks_for_harm_or_five_hundred_people(answers, authority, people):
    assert proposed("SG", **answers) == (authority, people)


@pytest.mark.parametrize("law", ["EU", "GB"])
@pytest.mark.parametrize(
    ("answers", "authority", "people"),
    [
        ({}, False, False),
        ({"people": 5000, "harm": True}, False, False),
        ({"risk": Risk.RISK}, True, False),
        ({"risk": Risk.HIGH}, True, True),
        ({"risk": Risk.HIGH, "unreadable": True}, True, False),
        ({"risk": Risk.HIGH, "remedied": True}, True, False),
        ({"risk": Risk.HIGH, "inside": True}, True, True),
    ],
)
def test_europe_asks_for_the_risk(law, answers, authority, people):
    assert proposed(law, **answers) == (authority, people)
