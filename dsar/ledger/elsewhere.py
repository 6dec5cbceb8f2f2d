"""What stands in the second place, read back: histories of checkpoints, each with the leaf hashes it added."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dsar.ledger import merkle, notes
from dsar.ledger.merkle import HASH_BYTES, Edge
from dsar.ledger.placing import Mark
from dsar.ledger.stored import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsar.ledger.notes import Verifier
    from dsar.ledger.places import Place

_SIZE_BYTES = 8
_HEADER = _SIZE_BYTES + HASH_BYTES
_KEPT = 2
"""Files of leaves held in memory at a time."""


class DamagedError(Exception):
    """A file in the second place is not what was carried there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{self.__doc__} {name}")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A checkpoint that stands there, and the one that was carried before it."""

    mark: Mark
    before: Mark


class History:
    """Checkpoints that follow one another, the last of which nothing follows; read file by file."""

    def __init__(self, place: Place, records: Sequence[Record]) -> None:
        self.records = records
        self._sizes = [record.mark.size for record in records]
        self._content = lru_cache(maxsize=_KEPT)(lambda at: _leaves(place, records[at]))

    @property
    def head(self) -> Mark:
        """The last checkpoint."""
        return self.records[-1].mark

    @property
    def start(self) -> int:
        """The index of the first leaf it tells of: 0, unless the beginning is missing."""
        return self.records[0].before.size

    def hashes(self, start: int, end: int) -> bytes:
        """The leaf hashes from `start` to before `end`, as far as they are told; raises DamagedError."""
        found = []
        here = max(start, self.start)
        while here < min(end, self.head.size):
            at = bisect_right(self._sizes, here)
            record = self.records[at]
            behind = min(end, record.mark.size)
            offset = record.before.size
            content = self._content(at)
            found.append(content[(here - offset) * HASH_BYTES : (behind - offset) * HASH_BYTES])
            here = behind
        return b"".join(found)

    def checked(self) -> Iterator[Edge]:
        """The tree at each checkpoint, hashed anew; raises DamagedError where leaves do not lead there."""
        edge = Edge()
        for at, record in enumerate(self.records):
            if record.before != Mark(size=edge.size, root=edge.root):
                raise DamagedError(record.mark.name)
            edge = merkle.grow(edge, cut(self._content(at))).edge
            if edge.root != record.mark.root:
                raise DamagedError(record.mark.name)
            yield edge

    def passes_through(self, mark: Mark) -> bool:
        """Whether its first leaves lead to that checkpoint; raises DamagedError."""
        return self.start == 0 and self.root_at(mark.size) == mark.root

    def root_at(self, size: int) -> bytes:
        """The root over its first `size` leaves; raises DamagedError."""
        edge = Edge()
        for at, record in enumerate(self.records):
            if edge.size < size:
                wanted = min(size, record.mark.size) - record.before.size
                edge = merkle.grow(edge, cut(self._content(at))[:wanted]).edge
        return edge.root


def histories(place: Place, known: Sequence[Verifier]) -> list[History]:
    """The shorter first: one in all, unless a restore or a rewriting made more.

    Each ends in a checkpoint that nothing follows. Whoever died between carrying one and noting it left one more such
    end, which a longer history passes through; it is a part of that one. Raises DamagedError for a file that cannot be
    read or that no known key signed, PlaceError where the place cannot be asked.
    """
    records = {record.mark: record for record in _records(place, known)}
    followed = {record.before for record in records.values()}
    heads = sorted((mark for mark in records if mark not in followed), key=lambda mark: mark.size)
    found = [History(place, _back(records, mark)) for mark in heads]
    return [
        one
        for number, one in enumerate(found)
        if not any(longer.passes_through(one.head) for longer in found[number + 1 :])
    ]


def _back(records: dict[Mark, Record], mark: Mark) -> list[Record]:
    """The records up to this one, oldest first."""
    found = []
    while record := records.get(mark):
        found.append(record)
        mark = record.before
    return found[::-1]


def _records(place: Place, known: Sequence[Verifier]) -> Iterator[Record]:
    for name in sorted(place.names()):
        stem, _, kind = name.rpartition(".")
        if kind == "checkpoint":
            yield _record(place, stem, known)


def _record(place: Place, stem: str, known: Sequence[Verifier]) -> Record:
    try:
        checkpoint = notes.open_signed(place.read(f"{stem}.checkpoint").decode(), known)
        header = place.read(f"{stem}.leaves", most=_HEADER)
    except (ValueError, OSError):
        raise DamagedError(stem) from None
    mark = Mark(size=checkpoint.size, root=checkpoint.root)
    before = Mark(size=int.from_bytes(header[:_SIZE_BYTES]), root=header[_SIZE_BYTES:])
    if mark.name != stem or len(header) != _HEADER or before.size >= mark.size:
        raise DamagedError(stem)
    return Record(mark=mark, before=before)


def _leaves(place: Place, record: Record) -> bytes:
    try:
        found = place.read(f"{record.mark.name}.leaves")[_HEADER:]
    except OSError:
        raise DamagedError(record.mark.name) from None
    if len(found) != (record.mark.size - record.before.size) * HASH_BYTES:
        raise DamagedError(record.mark.name)
    return found
