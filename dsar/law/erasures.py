"""Why data is erased, kind by kind: the grounds of `erasures.json`, after GDPR Art. 17(1), and the rule for them."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = Path(__file__).with_name("erasures.json")


class Ground(StrEnum):
    """On what the erasure of a kind of record rests; the letters are those of Art. 17(1)."""

    NO_LONGER_NEEDED = "no_longer_needed"
    """(a)"""
    CONSENT_WITHDRAWN = "consent_withdrawn"
    """(b): whoever asks that what rests on consent be deleted takes the consent back."""
    OBJECTED = "objected"
    """(c): an objection to its purpose stands."""
    OF_A_CHILD = "of_a_child"
    """(f)"""


def ground(*, basis: str, is_objected: bool, is_of_a_child: bool) -> Ground:
    """The ground that holds for a kind: the one that says most of why it goes."""
    if is_of_a_child:
        return Ground.OF_A_CHILD
    if is_objected:
        return Ground.OBJECTED
    return Ground.CONSENT_WITHDRAWN if basis == "consent" else Ground.NO_LONGER_NEEDED


def in_words(code: str, *, regimes: Iterable[str], language: str) -> str:
    """A ground for its person, with where it stands in each law that applies; no other law is named."""
    said = _read()[code]
    sources = [said["sources"][regime] for regime in regimes if regime in said["sources"]]
    words: str = said["words"][language]
    if not sources:
        return words
    left, right = ("（", "）") if language == "zh-hans" else (" (", ")")
    return f"{words[:-1]}{left}{'; '.join(sources)}{right}{words[-1]}"


@cache
def _read() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return said
