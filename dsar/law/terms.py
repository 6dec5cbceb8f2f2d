"""The words in which rules are said: periods, pauses, extensions, a regime in one of its editions. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Unit(StrEnum):
    """What a period is counted in."""

    IMMEDIATE = "immediate"
    HOUR = "hour"
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


class Start(StrEnum):
    """What sets a clock running: the arrival, or the latest of it, the identity asked for and the fee."""

    RECEIPT = "receipt"
    RELEVANT_TIME = "relevant_time"


class PauseKind(StrEnum):
    """What the requester was asked for, so that the clock may wait."""

    CLARIFICATION = "clarification"
    IDENTITY = "identity"
    FEE = "fee"


class Counts(StrEnum):
    """How the days of a pause are left out."""

    DAYS_AFTER_ASKING = "days_after_asking"
    BOTH_ENDS = "both_ends"
    RESTARTS = "restarts"
    """The period begins anew with the answer (UK GDPR Art. 12A)."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time; the day of the event that starts it is never counted."""

    value: int
    unit: Unit
    roll: frozenset[Roll] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PauseRule:
    """When waiting for the requester may count, and how."""

    statutory: bool
    """Whether the law's text says so. Guidance alone moves no date by which lateness is judged (R43)."""
    source: str
    counts: Counts
    only_if: str = ""
    """A condition that staff must affirm."""
    ask_within_days: int | None = None
    """Who asks later than this was not prompt, and the pause does not count (R26)."""


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A longer period, counted from the same start, for one of these grounds."""

    total: Period
    grounds: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one regime says about one right."""

    period: Period
    status: Status
    source: str
    act: Period | None = None
    """When the effect itself is due, where that is earlier than the answer."""
    house: Period | None = None
    """The house's own target where the law gives no grace, or more than anybody needs (R48)."""
    hard_stop: Period | None = None
    """The last day for the effect, whatever happens to the request (PDPA s 47(3))."""
    extension: Extension | None = None
    promises: bool = False
    """Whether a notice that names the day of the answer moves the date to it (KC 15.18)."""
    pauses: Mapping[PauseKind, PauseRule]
    refusable: bool = True
    verifiable: bool = True
    """Whether identity may be asked for at all (11 CCR 7026)."""
    guideline: bool = False
    """Whether the figure is a guideline's or the house's, because the law names none."""


@dataclass(frozen=True, kw_only=True)
class Bookkeeping:
    """How long accounting records are kept: the later of two ends."""

    years_after_financial_year: int
    years_after_assessment: int


@dataclass(frozen=True, kw_only=True)
class Regime:
    """A body of law that attaches to a case, in one edition, with whom to complain to under it."""

    code: str
    name: str
    law: str
    authority: str
    remedy: str
    country: str
    part: str
    residences: frozenset[str]
    edition: str
    received_from: date
    """The first day of receipt that this edition governs."""
    enabled: bool
    checked: str
    """How the facts of this edition were established."""
    start: Start
    acknowledge: Period | None
    preserve_refused: Period | None
    """How long a copy that was refused stays (PDPA s 22A)."""
    assess_breach: Period | None
    notify_breach: Period | None
    acknowledge_complaint: Period | None
    answer_complaint: Period | None
    accounting_records: Bookkeeping | None
    rights: Mapping[str, Rule]
