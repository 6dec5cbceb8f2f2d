"""What every letter owes, and which laws it may name: the parts of `contents.json`, by kind, right and regime."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = Path(__file__).with_name("contents.json")


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What one kind of letter owes: parts always, parts under single regimes, and where it exists at all."""

    always: tuple[str, ...]
    under: Mapping[str, tuple[str, ...]]
    regimes: frozenset[str]
    """The regimes that know this letter; empty where all do."""

    def parts(self, regimes: Iterable[str]) -> tuple[str, ...]:
        """The mandatory parts where these regimes are attached."""
        more = (part for regime in sorted(regimes) for part in self.under.get(regime, ()))
        return tuple(dict.fromkeys((*self.always, *more)))


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All letters, with the parts that must name something and the words by which a law is known."""

    version: str
    letters: Mapping[str, Owed]
    named: frozenset[str]
    about_law: frozenset[str]
    marks: Mapping[str, re.Pattern[str]]


@cache
def current() -> Contents:
    """The contents in force."""
    said = json.loads(_FILE.read_text(encoding="utf-8"))
    return Contents(
        version=said["version"],
        letters={name: _owed(one) for name, one in said["letters"].items()},
        named=frozenset(said["named"]),
        about_law=frozenset(said["about_law"]),
        marks={regime: re.compile(pattern) for regime, pattern in said["marks"].items()},
    )


def _owed(said: dict[str, Any]) -> Owed:
    return Owed(
        always=tuple(said["always"]),
        under={regime: tuple(parts) for regime, parts in said.get("under", {}).items()},
        regimes=frozenset(said.get("regimes", ())),
    )


def owed(kind: str, *, variant: str) -> Owed:
    """What a letter of this kind owes for a variant of a right; the kind's own where no right has more."""
    letters = current().letters
    return letters.get(f"{kind} {variant}", letters[kind])


def exists(kind: str, *, regimes: Iterable[str]) -> bool:
    """Whether any attached regime knows this letter."""
    where = current().letters[kind].regimes
    return not where or bool(where & set(regimes))


def foreign(text: str, *, regimes: Iterable[str]) -> list[str]:
    """The regimes that a text names though they are not attached: a letter cites no law that is not the person's."""
    attached = set(regimes)
    return [
        regime
        for regime, mark in sorted(current().marks.items())
        if regime not in attached and mark.search(text)
    ]


def without_foreign(value: Any, *, regimes: Iterable[str]) -> Any:
    """The same without every clause that cites a law that is not attached (R86).

    A citation in brackets or after a semicolon is cut off; a sentence that is about such a law goes as a whole.
    """
    attached = tuple(regimes)
    if isinstance(value, dict):
        kept = {name: without_foreign(one, regimes=attached) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None}
    if isinstance(value, (list, tuple)):
        items = (without_foreign(one, regimes=attached) for one in value)
        return [one for one in items if one is not None]
    return _trimmed(value, attached) if isinstance(value, str) else value


_CITATION = re.compile(r" ?[(（][^()（）]*(?:\([^()]*\)[^()（）]*)*[)）]")


def _trimmed(text: str, regimes: tuple[str, ...]) -> str | None:
    if not foreign(text, regimes=regimes):
        return text
    clauses = [
        cut
        for clause in _CITATION.sub(lambda found: _if_own(found[0], regimes), text).split("; ")
        if (cut := _if_own(clause, regimes))
    ]
    return "; ".join(clauses) or None


def _if_own(text: str, regimes: tuple[str, ...]) -> str:
    return "" if foreign(text, regimes=regimes) else text
