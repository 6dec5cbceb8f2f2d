"""Which regimes attach to a case, and which edition of each governs a day of receipt (R1, R3)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dsar.law import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dsar.law.terms import Regime

NO_OTHER = "DEFAULT"
"""The company's own policy, for whom no regime is known."""


class NoRegimeError(LookupError):
    """There is no such regime, or it does not apply on that day."""


@cache
def known() -> Mapping[str, tuple[Regime, ...]]:
    """Every regime's editions, oldest first."""
    return library.read()


def latest(code: str) -> Regime:
    """A regime as it stands in its last edition, for its names and addresses."""
    return known()[code][-1]


def enabled() -> list[Regime]:
    """The last edition of each regime that may be attached to a case."""
    return [editions[-1] for editions in known().values() if editions[-1].enabled]


def in_force(code: str, *, on: date) -> bool:
    """Whether a case received on that day may have this regime attached."""
    found = [one for one in known().get(code, ()) if one.received_from <= on]
    return bool(found) and found[-1].enabled


def governing(code: str, *, on: date, pinned: Mapping[str, str] | None = None) -> Regime:
    """The edition that governs what was received on a day; a pinned edition wins over any later one (R3).

    What was received before the first edition is governed by the first. Raises NoRegimeError.
    """
    editions = known().get(code)
    if not editions:
        raise NoRegimeError(code)
    kept = (pinned or {}).get(code)
    by_name = {one.edition: one for one in editions}
    if kept in by_name:
        return by_name[kept]
    return ([one for one in editions if one.received_from <= on] or editions[:1])[-1]


def attached(residence: str, *, home: tuple[str, ...], on: date) -> tuple[str, ...]:
    """The regimes of a case: the organisation's own always, the person's by residence (R1).

    `residence` is an ISO 3166 code of a country or of one of its parts (`DE`, `US-CA`), or empty. Without any
    regime the company's policy stands alone.
    """
    lived_in = {residence, residence.split("-", maxsplit=1)[0]} - {""}
    found = set(home) | {
        code
        for code in known()
        if in_force(code, on=on) and governing(code, on=on).residences & lived_in
    }
    return tuple(sorted(found)) or (NO_OTHER,)


def version(regimes: Iterable[Regime]) -> str:
    """The editions that a request keeps, as a text: `EU:2018-05-25 SG:2021-02-01`."""
    return " ".join(f"{one.code}:{one.edition}" for one in regimes)


def pinned(version: str) -> dict[str, str]:
    """The editions named by such a text; a text in another form names none."""
    pairs = (word.partition(":") for word in version.split())
    return {code: edition for code, colon, edition in pairs if colon}
