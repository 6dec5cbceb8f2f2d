"""The days on which a period may not end or does not count, by country, with what the house knows better."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol

import holidays

if TYPE_CHECKING:
    from datetime import date


class Calendar(Protocol):
    """Anything that knows a jurisdiction's public holidays: a set of dates will do."""

    def __contains__(self, day: date, /) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Amended:
    """A calendar with days added and days taken out by hand (R53)."""

    of: Calendar
    free: frozenset[date] = field(default_factory=frozenset)
    working: frozenset[date] = field(default_factory=frozenset)

    def __contains__(self, day: date, /) -> bool:
        return day in self.free or (day in self.of and day not in self.working)


@cache
def of_country(country: str, part: str = "") -> Calendar:
    """The public holidays of a country (ISO 3166-1 alpha-2) or of one of its parts."""
    return holidays.country_holidays(country, subdiv=part or None)
