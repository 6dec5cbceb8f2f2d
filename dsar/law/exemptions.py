"""The cases in which data is used or transferred without authorisation, from a file checked against its schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).with_name("exemptions.json")
_SCHEMA = Path(__file__).with_name("exemptions.schema.json")


class Act(StrEnum):
    """What is done without authorisation."""

    USE = "use"
    TRANSFER = "transfer"


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """One case: for which acts it holds, in words by language, and where each law says something like it."""

    code: str
    acts: frozenset[Act]
    words: Mapping[str, str]
    sources: Mapping[str, str]

    def in_words(self, language: str) -> str:
        """The case in a language, in English where there are no words in it."""
        return self.words.get(language, self.words["en"])


def read(said: Mapping[str, Any]) -> dict[str, Exemption]:
    """The cases by code, from what a file says; raises jsonschema.ValidationError for one that does not fit."""
    jsonschema.validate(said, json.loads(_SCHEMA.read_text(encoding="utf-8")))
    return {
        code: Exemption(
            code=code,
            acts=frozenset(map(Act, one["acts"])),
            words=one["words"],
            sources=one["sources"],
        )
        for code, one in said.items()
    }


@cache
def known() -> Mapping[str, Exemption]:
    """Every case by its code."""
    return read(json.loads(_FILE.read_text(encoding="utf-8")))


def serves(code: str, act: Act) -> bool:
    """Whether there is such a case, and it holds for the act."""
    found = known().get(code)
    return found is not None and act in found.acts
