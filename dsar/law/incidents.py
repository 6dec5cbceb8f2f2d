"""What the laws ask when personal data was lost, changed or seen by the wrong people: dates, and who must be told.

Pure rules over `incidents.json` and the periods of the regimes. What is proposed here, people decide.
"""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsar.law import clock, periods, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from dsar.law.terms import Period, Regime

_FILE = Path(__file__).with_name("incidents.json")


class Event(StrEnum):
    """What sets a clock running."""

    AWARE = "aware"
    GROUNDS = "grounds"
    ASSESSED = "assessed"


class Step(StrEnum):
    """What a clock counts to."""

    ASSESS = "assess"
    AUTHORITY = "authority"


class Risk(StrEnum):
    """What the incident may do to the people it concerns (GDPR Art. 33(1), 34(1))."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class Law:
    """What one law asks of whoever had an incident."""

    code: str
    zone: str
    """Where its days are counted; empty for the organisation's own place."""
    threshold: int | None
    """So many people make an incident notifiable by themselves; None where a law asks for the risk alone."""
    starts: Mapping[Step, Event]
    sources: Mapping[Step, str]
    letters: str
    at_once: str
    """By which rule people may be told before the authority is; empty where a law never lets them."""
    report: str
    """Where the authority takes notices."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """When what happened; None for what has not happened yet."""

    aware: datetime
    grounds: datetime
    assessed: datetime | None = None

    def of(self, event: Event) -> datetime | None:
        """The moment of an event."""
        return {
            Event.AWARE: self.aware,
            Event.GROUNDS: self.grounds,
            Event.ASSESSED: self.assessed,
        }[event]


@dataclass(frozen=True, kw_only=True)
class Due:
    """Until when one law wants one step done, by which rule; `due` is in the zone that the law counts in."""

    law: str
    step: Step
    event: Event
    start: datetime | None
    due: datetime | None
    """None while the event that starts the clock has not happened."""
    source: str


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What staff answered to the questions of the assessment."""

    inside: bool
    """Nobody outside the organisation had or has the data (PDPA s 26B(4))."""
    people: int | None
    """How many are affected; None if that is unknown."""
    many: bool
    """Whether, not knowing, one believes that they are as many as the law's threshold."""
    harm: bool
    """Significant harm is likely, or the data is of a kind that the regulations name (PDPA s 26B(2))."""
    risk: Risk
    unreadable: bool
    """The data was protected so that nobody can read it (PDPA s 26D(5)(b), GDPR Art. 34(3)(a))."""
    remedied: bool
    """What was done since makes the harm unlikely (PDPA s 26D(5)(a), GDPR Art. 34(3)(b))."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Whom one law wants told, and why."""

    law: str
    authority: bool
    people: bool
    why: tuple[str, ...]


@cache
def known() -> Mapping[str, Law]:
    """The laws whose rules for incidents are known, by code."""
    said = json.loads(_FILE.read_text(encoding="utf-8"))
    return {code: _law(code, one) for code, one in said.items()}


def _law(code: str, said: dict[str, object]) -> Law:
    steps: dict[Step, dict[str, str]] = {step: said[step] for step in Step if step in said}  # type: ignore[misc]
    people = said.get("people")
    return Law(
        code=code,
        zone=str(said["zone"]),
        threshold=people if isinstance(people, int) else None,
        starts={step: Event(one["from"]) for step, one in steps.items()},
        sources={step: one["source"] for step, one in steps.items()},
        letters=str(said["letters"]),
        at_once=str(said["at_once"]),
        report=str(said["report"]),
    )


def dues(laws: Iterable[str], *, times: Times, zone: ZoneInfo) -> list[Due]:
    """Every date that these laws set, in the order of the steps; a law that is not known sets none.

    Days are counted where the law counts them, without the day of the event and without moving off a holiday; hours
    run on through every night (R162, R164). `zone` is the organisation's.
    """
    return [
        _due(known()[code], step, times=times, zone=zone)
        for step in Step
        for code in laws
        if code in known() and step in known()[code].starts
    ]


def _due(law: Law, step: Step, *, times: Times, zone: ZoneInfo) -> Due:
    there = ZoneInfo(law.zone) if law.zone else zone
    start = times.of(law.starts[step])
    due = start and _end(law, step, start=start, aware=times.aware, zone=there)
    return Due(
        law=law.code,
        step=step,
        event=law.starts[step],
        start=start and start.astimezone(there),
        due=due and due.astimezone(there),
        source=law.sources[step],
    )


def _end(law: Law, step: Step, *, start: datetime, aware: datetime, zone: ZoneInfo) -> datetime:
    regime = rules.governing(law.code, on=aware.astimezone(zone).date())
    period = _PERIODS[step](regime)
    if period is None:
        raise LookupError(f"{law.code} has no period for {step}.")
    return periods.last_moment(start, period=period, calendar=clock.calendar_of(regime), zone=zone)


_PERIODS: dict[Step, Callable[[Regime], Period | None]] = {
    Step.ASSESS: operator.attrgetter("assess_breach"),
    Step.AUTHORITY: operator.attrgetter("notify_breach"),
}


def propose(laws: Iterable[str], *, answers: Answers) -> list[Proposal]:
    """Whom each of these laws wants told (R163, R164)."""
    found = [known()[code] for code in laws if code in known()]
    return [_by_scale(law, answers) if law.threshold else _by_risk(law, answers) for law in found]


def _by_scale(law: Law, answers: Answers) -> Proposal:
    """Singapore: significant harm, or very many people; not what stayed inside (PDPA ss 26B, 26D)."""
    if answers.inside:
        inside = "It stayed inside the organisation (PDPA s 26B(4))."
        return Proposal(law=law.code, authority=False, people=False, why=(inside,))
    why = []
    threshold = law.threshold or 0
    large = answers.many if answers.people is None else answers.people >= threshold
    if answers.harm:
        why.append("Significant harm is likely (PDPA s 26B(1)(a)).")
    if large:
        counted = "believed to be" if answers.people is None else "are"
        why.append(f"The people {counted} {threshold} or more (PDPA s 26B(1)(b)).")
    if not why:
        why.append(f"No significant harm, and fewer than {threshold} people (PDPA s 26B(1)).")
    people = answers.harm and not _is_averted(answers)
    if answers.harm and not people:
        why.append("People need not be told: the harm is averted (PDPA s 26D(5)).")
    return Proposal(law=law.code, authority=answers.harm or large, people=people, why=tuple(why))


def _by_risk(law: Law, answers: Answers) -> Proposal:
    """Europe: the authority unless a risk is unlikely, people where it is high (GDPR Art. 33(1), 34(1), (3))."""
    article = "UK GDPR" if law.code == "GB" else "GDPR"
    if answers.risk is Risk.UNLIKELY:
        why = f"A risk to people is unlikely ({article} Art. 33(1))."
        return Proposal(law=law.code, authority=False, people=False, why=(why,))
    reasons = [f"There is a risk to people ({article} Art. 33(1))."]
    people = answers.risk is Risk.HIGH and not _is_averted(answers)
    if people:
        reasons.append(f"The risk is high ({article} Art. 34(1)).")
    elif answers.risk is Risk.HIGH:
        reasons.append(f"People need not be told: the high risk is averted ({article} Art. 34(3)).")
    return Proposal(law=law.code, authority=True, people=people, why=tuple(reasons))


def _is_averted(answers: Answers) -> bool:
    return answers.unreadable or answers.remedied
