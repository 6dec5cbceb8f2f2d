"""What differs between two texts, word by word (Chinese: character by character)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+[ \t]*|\s+")
"""One Chinese character, or a word with the blanks after it, or empty space."""


class Kind(StrEnum):
    """Where a piece stands."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


class Piece(NamedTuple):
    """Some words in a row that stand in both texts or in one of them."""

    kind: Kind
    text: str


def between(old: str, new: str) -> list[Piece]:
    """The pieces of both in reading order: SAME and REMOVED make the old text, SAME and ADDED the new one."""
    return [piece for piece in _pieces(_TOKEN.findall(old), _TOKEN.findall(new)) if piece.text]


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    # Without the shortcut for frequent tokens, which would call most Chinese characters junk.
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            yield Piece(Kind.SAME, "".join(old[i1:i2]))
        else:
            yield Piece(Kind.REMOVED, "".join(old[i1:i2]))
            yield Piece(Kind.ADDED, "".join(new[j1:j2]))
