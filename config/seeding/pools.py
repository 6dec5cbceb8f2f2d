"""The material that rows are made of, cut once for each seed: picking from a list costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from config.seeding import cells, words
from config.seeding.nasty import NASTY

NOW: Final = datetime(2026, 11, 1, 4, tzinfo=UTC)
"""The sample company's today; a real clock would make every run another."""


@dataclass(frozen=True, kw_only=True)
class Pools:
    """Ready cells, most of them ordinary, about one in ten nasty."""

    times: list[str]
    names: list[str]
    companies: list[str]
    texts: list[str]
    short: list[str]
    events: list[str]
    people_named: list[str]
    ips: list[str]
    words: list[str]


def cut(seed: int) -> Pools:
    """The pools of one seed."""
    rng = Random(f"{seed}:pools")  # noqa: S311 - sample data must be repeatable, not unguessable.
    short = [cells.text(piece) for piece in NASTY if piece.strip()]
    plain = [f"{first} {last}" for first in words.FIRST for last in words.LAST]
    companies = [
        f"{last} {trade} {form}"
        for last in words.LAST
        for trade in words.TRADES
        for form in words.FORMS
    ]
    return Pools(
        times=[_moment(rng) for _ in range(20_000)],
        names=_mixed(rng, plain, 2_000),
        companies=_mixed(rng, companies, 2_000),
        texts=[_letter(rng) for _ in range(1_000)],
        short=short,
        # Each nasty text is searched for in several places, so that few people suffice to have them all.
        events=[_event(rng, searched=piece) for piece in NASTY * 3]
        + [_event(rng) for _ in range(2_000)],
        people_named=[_others(rng, plain) for _ in range(200)],
        ips=[_address(rng) for _ in range(2_000)],
        words=list(words.WORDS),
    )


def _now_and_then(rng: Random) -> bool:
    return rng.randrange(10) == 0


def _moment(rng: Random) -> str:
    return str(NOW - timedelta(microseconds=rng.randrange(3 * 365 * 86_400 * 1_000_000)))


def _mixed(rng: Random, plain: list[str], size: int) -> list[str]:
    nasty = [piece for piece in NASTY if piece.strip()]
    return [
        cells.text(rng.choice(nasty) if _now_and_then(rng) else rng.choice(plain))
        for _ in range(size)
    ]


def _letter(rng: Random) -> str:
    said = rng.choices(words.WORDS, k=rng.randrange(5, 40))
    return cells.text(" ".join(said) + rng.choice(("", "", "", "\n")) + rng.choice(NASTY))


def _event(rng: Random, *, searched: str | None = None) -> str:
    """Everything of a security event but its keys and time."""
    kind = rng.choice(words.KINDS) if searched is None else "search"
    if kind == "search":
        detail = " ".join(rng.choices(words.WORDS, k=2)) if searched is None else searched
    else:
        detail = f"/reports/{rng.randrange(10_000)}/" if kind == "page" else ""
    browser = rng.choice(NASTY) if _now_and_then(rng) else rng.choice(words.BROWSERS)
    parts = (kind, detail, _address(rng), browser, rng.choice(words.LANGUAGES))
    return "\t".join(map(cells.text, parts))


def _others(rng: Random, plain: list[str]) -> str:
    if rng.getrandbits(1):
        return "[]"
    return cells.array([rng.choice(plain), rng.choice(NASTY)][: rng.randrange(1, 3)])


def _address(rng: Random) -> str:
    """An address out of the blocks that are kept for documentation (RFC 5737, RFC 3849)."""
    if _now_and_then(rng):
        return f"2001:db8::{rng.randrange(1, 65_536):x}"
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"
