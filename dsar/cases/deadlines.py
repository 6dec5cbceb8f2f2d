"""The law's clock for a case: which regimes attach to it, and when each of its requests is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dsar import conf
from dsar.law import clock, rules

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsar.cases.models import Case


def zone() -> ZoneInfo:
    """Where the organisation's days begin and end."""
    return ZoneInfo(conf.get("TIME_ZONE"))


def arrival(received_at: datetime) -> date:
    """The organisation's day on which something arrived, read or not, working day or not (R35)."""
    return received_at.astimezone(zone()).date()


def attached(residence: str, *, received_at: datetime) -> tuple[str, ...]:
    """The regimes of what arrives then: the house's own, and those of the requester's residence (R1)."""
    return rules.attached(residence, home=tuple(conf.get("REGIMES")), on=arrival(received_at))


def first(case: Case, *, variant: str) -> dict[str, object]:
    """The dates of a request as it is filed, with the editions of the rules that it keeps (R3)."""
    found = clock.dates(case.received_at, variant, regimes=case.regimes, zone=zone())
    statutory = found.earliest.moment(zone())
    day = arrival(case.received_at)
    return {
        "statutory_due_at": statutory,
        "due_at": target(case.received_at, statutory=statutory),
        "rule_version": rules.version(rules.governing(code, on=day) for code in case.regimes),
    }


def target(received_at: datetime, *, statutory: datetime) -> datetime:
    """The date the house works to: its own target where it set one, never later than the law's."""
    days = conf.get("INTERNAL_TARGET_DAYS")
    return statutory if days is None else min(statutory, received_at + timedelta(days=days))
