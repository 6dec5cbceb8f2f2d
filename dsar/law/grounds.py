"""Why a request may be refused: the grounds of `grounds.json`, by right and regime."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dsar.law import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = Path(__file__).with_name("grounds.json")
_EVERYWHERE = "*"
SILENT = "mandatory_silent"
"""The kind of ground that never appears in a letter."""


class Need(StrEnum):
    """What a refusal on a ground needs beside the ground."""

    EVIDENCE = "evidence"
    """Why it holds here, in words for the file: the burden is the organisation's (GDPR Art. 12(5)); and why a part
    cannot be given where only another person stands in the way (PDPA s 21(5))."""
    BALANCING = "balancing"
    """How the person's interests were weighed, in words for the person (GDPR Art. 21(1))."""
    OFFICER = "officer"
    """The data protection officer's word (R66, R133)."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One ground: the rights it answers, its words for the person in each language, its source in each regime."""

    code: str
    kind: str
    """permissive, mandatory, or mandatory_silent: the last never appears in a letter (PDPA s 21(4))."""
    rights: frozenset[str]
    words: Mapping[str, str]
    """By language; empty for what may not be told."""
    sources: Mapping[str, str]
    needs: frozenset[Need]

    def holds(self, *, right: str, regime: str) -> bool:
        """Whether a refusal of this right may rest on it under this regime."""
        told = self.kind != SILENT
        return told and right in self.rights and bool(self.source(regime))

    def in_words(self, language: str) -> str:
        """The ground for the person; in English where there are no words in the language."""
        return self.words.get(language, self.words.get("en", ""))

    def source(self, regime: str) -> str:
        """Where the regime says so; empty where it does not."""
        return self.sources.get(regime, self.sources.get(_EVERYWHERE, ""))


@cache
def all_grounds() -> Mapping[str, Ground]:
    """Every ground by its code."""
    said = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: Ground(
            code=code,
            kind=one["kind"],
            rights=frozenset(one["rights"]),
            words=one["words"],
            sources=one["sources"],
            needs=frozenset(map(Need, one.get("needs", ()))),
        )
        for code, one in said.items()
    }


def applicable(right: str, *, regime: str) -> list[Ground]:
    """The grounds on which this right may be refused under this regime, by code (R132)."""
    return [
        ground
        for _, ground in sorted(all_grounds().items())
        if ground.holds(right=right, regime=regime)
    ]


def needs(codes: Iterable[str]) -> frozenset[Need]:
    """What a refusal on all of these grounds needs beside them."""
    known = all_grounds()
    return frozenset(need for code in codes if code in known for need in known[code].needs)


def missing(right: str, *, regimes: list[str], given: Mapping[str, str]) -> list[str]:
    """The regimes for which no valid ground was given; a refusal needs one under each that knows the right (R2)."""
    return [
        regime
        for regime in regimes
        if right in rules.latest(regime).rights and not _valid(right, regime, given.get(regime, ""))
    ]


def _valid(right: str, regime: str, code: str) -> bool:
    ground = all_grounds().get(code)
    return ground is not None and ground.holds(right=right, regime=regime)
