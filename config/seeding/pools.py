"""The material that rows are made of, cut once for each seed: picking from a list costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from config.seeding import cells
from config.seeding.nasty import NASTY

NOW: Final = datetime(2026, 11, 1, 4, tzinfo=UTC)
"""The sample company's today; a real clock would make every run another."""

_FIRST: Final = (
    "Mei Arjun Siti Wei Olga Jürgen Aïcha Tom Priya Noah Lan Zoë Farah Kenji Ngozi".split()
)
_LAST: Final = (
    "Tan Lim Müller O'Neill Rahman Nguyen Silva Kowalska Singh D'Souza Ødegård Park".split()
)
_TRADES: Final = "Shipping Foods Textiles Robotics Timber Optics Tea Chemicals Tiles Cables".split()
_FORMS: Final = "Pte. Ltd.|Sdn. Bhd.|GmbH|S.A.|Ltd|Co., Ltd.".split("|")
_BROWSERS: Final = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "curl/8.11.0",
)
_LANGUAGES: Final = ("en-SG,en;q=0.9", "zh-Hans", "de-DE,de;q=0.8,en;q=0.5", "ar", "")
_KINDS: Final = ("page", "page", "page", "search", "log_in", "log_out", "log_in_failed")
_WORDS: Final = (
    "credit report ownership register director tea shipping invoice risk group annual branch "
    "capital filing history singapore malaysia bank court name address quota score licence audit"
).split()


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
    plain = [f"{first} {last}" for first in _FIRST for last in _LAST]
    companies = [f"{last} {trade} {form}" for last in _LAST for trade in _TRADES for form in _FORMS]
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
        words=list(_WORDS),
    )


def _moment(rng: Random) -> str:
    return str(NOW - timedelta(microseconds=rng.randrange(3 * 365 * 86_400 * 1_000_000)))


def _mixed(rng: Random, plain: list[str], size: int) -> list[str]:
    nasty = [piece for piece in NASTY if piece.strip()]
    return [
        cells.text(rng.choice(nasty) if rng.random() < 0.1 else rng.choice(plain))
        for _ in range(size)
    ]


def _letter(rng: Random) -> str:
    words = rng.choices(_WORDS, k=rng.randrange(5, 40))
    return cells.text(" ".join(words) + rng.choice(("", "", "", "\n")) + rng.choice(NASTY))


def _event(rng: Random, *, searched: str | None = None) -> str:
    """Everything of a security event but its keys and time."""
    kind = rng.choice(_KINDS) if searched is None else "search"
    if kind == "search":
        detail = " ".join(rng.choices(_WORDS, k=2)) if searched is None else searched
    else:
        detail = f"/reports/{rng.randrange(10_000)}/" if kind == "page" else ""
    browser = rng.choice(NASTY) if rng.random() < 0.02 else rng.choice(_BROWSERS)
    parts = (kind, detail, _address(rng), browser, rng.choice(_LANGUAGES))
    return "\t".join(map(cells.text, parts))


def _others(rng: Random, plain: list[str]) -> str:
    if rng.random() < 0.6:
        return "[]"
    return cells.array([rng.choice(plain), rng.choice(NASTY)][: rng.randrange(1, 3)])


def _address(rng: Random) -> str:
    """An address out of the blocks that are kept for documentation (RFC 5737, RFC 3849)."""
    if rng.random() < 0.2:
        return f"2001:db8::{rng.randrange(1, 65_536):x}"
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"
