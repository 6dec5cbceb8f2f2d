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
_PROTECTED = "forbidden_by_law"


class Need(StrEnum):
    """What a refusal on a ground needs beside the ground."""

    EVIDENCE = "evidence"
    """Why it holds here, in words for the file: the burden is the organisation's (GDPR Art. 12(5)); and why a part
    cannot be given where only another person stands in the way (PDPA s 21(5))."""
    BALANCING = "balancing"
    """How the person's interests were weighed, in words for the person (GDPR Art. 21(1))."""
    SOURCE = "source"
    """What a derived value was worked out from, in words for the person: that can be corrected (R80)."""
    OFFICER = "officer"
    """The data protection officer's word (R66, R133)."""
    DEATH = "death"
    """That the person whose data it is has died (R143)."""
    ESTIMATE = "estimate"
    """A fee that was announced and not agreed to (R134)."""


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
    part: bool = False
    """Whether it can hold of a passage or a file, so that the rest is given (R64)."""
    protected: bool = False
    """Whether that it is this ground must not be told (R66)."""
    spares_own_words: frozenset[str] = frozenset()
    """The regimes under which it does not hold of what the person wrote or did (PDPA s 21(3A))."""

    @property
    def told(self) -> str:
        """Its code as the person sees it: protected facts share one."""
        return _PROTECTED if self.protected else self.code

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
            part=one.get("part", False),
            protected=one.get("protected", False),
            spares_own_words=frozenset(one.get("spares_own_words", ())),
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


def of_parts(right: str, *, regime: str, own: bool) -> list[Ground]:
    """The grounds on which a passage may be left out of a copy; `own` is what the person gave or did (R65)."""
    return [
        ground
        for ground in applicable(right, regime=regime)
        if ground.part and not (own and regime in ground.spares_own_words)
    ]


def needs(codes: Iterable[str]) -> frozenset[Need]:
    """What a refusal on all of these grounds needs beside them."""
    known = all_grounds()
    return frozenset(need for code in codes if code in known for need in known[code].needs)


def missing(right: str, *, regimes: list[str], given: Mapping[str, str]) -> list[str]:
    """The regimes for which no valid ground was given; a refusal needs one under each that knows the right (R2)."""
    return [
        regime
        for regime in knowing(right, regimes=regimes)
        if not _valid(right, regime, given.get(regime, ""))
    ]


def knowing(right: str, *, regimes: Iterable[str]) -> list[str]:
    """The regimes that know a right."""
    return [regime for regime in regimes if right in rules.latest(regime).rights]


def _valid(right: str, regime: str, code: str) -> bool:
    ground = all_grounds().get(code)
    return ground is not None and ground.holds(right=right, regime=regime)
