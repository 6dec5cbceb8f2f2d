"""Name the first place at which what is there is not what was sealed, and how it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.ledger import reading
from dsar.ledger.findings import Finding, Kind
from dsar.ledger.stored import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.ledger.elsewhere import History
    from dsar.ledger.reading import Row

_SAYS = {
    Kind.CHANGED: "what stands here is not what was sealed here.",
    Kind.REMOVED: "the entry that was sealed here is gone.",
    Kind.INSERTED: "what stands here was never sealed; what was sealed here comes later.",
    Kind.REORDERED: "what was sealed here stands elsewhere, and what stands here was sealed elsewhere.",
    Kind.TRUNCATED: "from here on every entry is gone.",
    Kind.HASH_CHANGED: "the entry is right, but the tree has another hash for it.",
}


def look(start: int, end: int, history: History | None) -> tuple[list[bytes], Finding | None]:
    """Compare one by one; the hashes before the first difference, and the difference.

    What was sealed is what the second place says, and where it says nothing, what the tree does.
    """
    good: list[bytes] = []
    found = reading.rows(start)
    for index in range(start, end):
        row = next(found, None)
        difference = _difference(index, row, history)
        if difference:
            return good, difference
        good.append(_hash_of(row))
    return good, None


def _difference(index: int, row: Row | None, history: History | None) -> Finding | None:
    expected = history.hashes(index, index + 1) if history else b""
    if row is None:
        return _finding(Kind.TRUNCATED, index, None)
    if row.index != index:
        return _finding(_gone(index, expected), index, None)
    expected = expected or row.said
    if row.hash is None:
        return _finding(_gone(index, expected), index, row)
    if row.hash != expected:
        return _finding(_other(row, expected, history), index, row)
    return None if row.said == row.hash else _finding(Kind.HASH_CHANGED, index, row)


def _gone(index: int, expected: bytes) -> Kind:
    """How an entry is missing: alone, moved, or with all that follow."""
    kind = Kind.TRUNCATED
    for row in reading.rows(index):
        if row.hash == expected:
            return Kind.REORDERED
        if row.hash:
            kind = Kind.REMOVED
    return kind


def _other(row: Row, expected: bytes, history: History | None) -> Kind:
    """How another entry got here: by whether both are to be found further on, one, or neither."""
    is_expected_there = any(later.hash == expected for later in reading.rows(row.index + 1))
    is_here_expected = any(one == row.hash for one in _sealed_behind(row.index, history))
    if is_expected_there:
        return Kind.REORDERED if is_here_expected else Kind.INSERTED
    return Kind.REMOVED if is_here_expected else Kind.CHANGED


def _sealed_behind(index: int, history: History | None) -> Iterator[bytes]:
    """The hashes that were sealed behind a place."""
    told = history.head.size if history else 0
    for start in range(index + 1, told, reading.CHUNK):
        if history:
            yield from cut(history.hashes(start, min(told, start + reading.CHUNK)))
    for row in reading.rows(max(index + 1, told)):
        yield row.said


def _hash_of(row: Row | None) -> bytes:
    return row.hash or b"" if row else b""


def _finding(kind: Kind, index: int, row: Row | None) -> Finding:
    return Finding(kind=kind, index=index, entry=row.entry if row else None, says=_SAYS[kind])
