"""The rules of `rules.json`: how long each regime gives for each right, and where it says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).with_name("rules.json")

# fmt: off
EEA = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
        "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
        "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)
# fmt: on
"""Where the GDPR is the law of the land: the Union's Member States, Iceland, Liechtenstein, Norway."""


class Unit(StrEnum):
    """What a period is counted in."""

    IMMEDIATE = "immediate"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    MONTH = "month"


class Roll(StrEnum):
    """A kind of day on which a period may not end."""

    SATURDAY = "saturday"
    SUNDAY = "sunday"
    PUBLIC_HOLIDAY = "public_holiday"


class Status(StrEnum):
    """Whether a law grants the right, or the company promised it."""

    STATUTORY = "statutory"
    POLICY_COMMITMENT = "policy_commitment"


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time; the day of the event that starts it is never counted."""

    value: int
    unit: Unit
    roll: frozenset[Roll]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one regime says about one right."""

    period: Period
    status: Status
    source: str


@dataclass(frozen=True, kw_only=True)
class Regime:
    """A body of law that attaches to a case, with whom to complain to under it."""

    code: str
    name: str
    law: str
    authority: str
    remedy: str
    country: str
    part: str
    rights: Mapping[str, Rule]


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """All regimes as they stood at one version; a request keeps the version of its receipt (R3)."""

    version: str
    regimes: Mapping[str, Regime]


@cache
def current() -> Rulebook:
    """The rules in force."""
    said = json.loads(_FILE.read_text(encoding="utf-8"))
    regimes = {code: _regime(code, regime) for code, regime in said["regimes"].items()}
    return Rulebook(version=said["version"], regimes=regimes)


def attached(residence: str, *, home: tuple[str, ...]) -> tuple[str, ...]:
    """The regimes of a case: the organisation's own always, the person's by residence (R1).

    `residence` is an ISO 3166-1 alpha-2 code or empty. Without any regime the company's policy stands alone.
    """
    found = set(home)
    if residence in EEA:
        found.add("EU")
    if residence in {"GB", "SG"}:
        found.add(residence)
    return tuple(sorted(found)) or ("DEFAULT",)


def _regime(code: str, said: dict[str, Any]) -> Regime:
    return Regime(
        code=code,
        name=said["name"],
        law=said["law"],
        authority=said["authority"],
        remedy=said["remedy"],
        country=said["calendar"]["country"],
        part=said["calendar"].get("part", ""),
        rights={right: _rule(rule) for right, rule in said["rights"].items()},
    )


def _rule(said: dict[str, Any]) -> Rule:
    period = said["period"]
    return Rule(
        period=Period(
            value=period["value"],
            unit=Unit(period["unit"]),
            roll=frozenset(Roll(day) for day in period["roll"]),
        ),
        status=Status(said["status"]),
        source=said["source"],
    )
