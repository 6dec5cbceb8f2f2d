"""Find all identifiers of all people in a text at once: one pass, however many there are (Aho and Corasick, 1975).

An identifier is looked for as it stands, without regard to case, and as it looks inside JSON, HTML, an address of a
page, or a line that COPY wrote; a telephone number without its blanks and hyphens too.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick, MatchKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

_TELEPHONE = re.compile(r"\+?[\d\s().\-/]{7,}")
_DIGITS = frozenset(b"0123456789")
_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """Everything that is looked for, ready to be run over folded text."""

    automaton: BytesAhoCorasick
    wanted_by: tuple[frozenset[UUID], ...]
    """By pattern: the deletions whose person it names."""
    numbers: tuple[bool, ...]
    """By pattern: whether it is bare digits, which stand in longer numbers by chance."""
    longest: int

    def find(self, folded: bytes) -> Iterator[tuple[int, frozenset[UUID]]]:
        """Where an identifier begins, and whose deletions look for it."""
        for pattern, start, end in self.automaton.find_matches_as_indexes(folded, overlapping=True):
            if not (self.numbers[pattern] and _goes_on(folded, start, end)):
                yield start, self.wanted_by[pattern]


def matcher(identifiers: Mapping[UUID, Iterable[str]]) -> Matcher | None:
    """Prepare to look for all of these; None where there is nothing to look for."""
    wanted: dict[bytes, set[UUID]] = defaultdict(set)
    numbers: set[bytes] = set()
    for request, values in identifiers.items():
        for value in values:
            bare = _bare_number(value)
            numbers |= bare
            for pattern in {fold(form.encode()) for form in _forms(value)} | bare:
                wanted[pattern].add(request)
    if not wanted:
        return None
    return Matcher(
        automaton=BytesAhoCorasick(list(wanted), matchkind=MatchKind.Standard),
        wanted_by=tuple(frozenset(found) for found in wanted.values()),
        numbers=tuple(pattern in numbers for pattern in wanted),
        longest=max(len(pattern) for pattern in wanted),
    )


def fold(text: bytes) -> bytes:
    """UTF-8 without differences of case; line breaks and tabs stay where they are."""
    return text.decode(errors="replace").casefold().encode()


def _forms(value: str) -> Iterator[str]:
    """How a value may be written down."""
    for same in {value, unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}:
        for form in _written(same):
            yield form
            yield form.translate(_COPY_ESCAPES)


def _written(value: str) -> tuple[str, ...]:
    return (
        value,
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1],
        html.escape(value),
        quote(value),
        quote_plus(value),
    )


def _bare_number(value: str) -> set[bytes]:
    if not _TELEPHONE.fullmatch(value):
        return set()
    return {re.sub(r"\D", "", value).encode()}


def _goes_on(text: bytes, start: int, end: int) -> bool:
    """Whether a number is only a part of a longer one."""
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not _DIGITS.isdisjoint(around)
