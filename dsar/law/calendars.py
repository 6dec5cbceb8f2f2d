"""The days on which a period may not end or does not count, by country."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

import holidays

if TYPE_CHECKING:
    from datetime import date


class Calendar(Protocol):
    """Anything that knows a jurisdiction's public holidays: a set of dates will do."""

    def __contains__(self, day: date, /) -> bool: ...


@cache
def of_country(country: str, part: str = "") -> Calendar:
    """The public holidays of a country (ISO 3166-1 alpha-2) or of one of its parts."""
    return holidays.country_holidays(country, subdiv=part or None)
