"""The tree as the database keeps it: leaf hashes, every eighth level above them, and the last checkpoint's peaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from dsar.ledger import merkle
from dsar.ledger.merkle import HASH_BYTES, Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from dsar.ledger.merkle import Fetch, Grown

    _Proof = TypeVar("_Proof")

STEP = 8
"""Kept are levels 0, 8, 16 …: a row for 256 of the level below, and at most 128 hashes to reach any level between."""


class MissingNodeError(Exception):
    """A node that must be kept is not there: run `manage.py verify_ledger`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last checkpoint: the tree to grow from, and the note that was signed over it."""

    edge: Edge
    note: str


def head() -> Head | None:
    """The last checkpoint; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, peaks, note FROM dsar_ledger_checkpoint ORDER BY size DESC LIMIT 1"
        )
        found = cursor.fetchone()
    if found is None:
        return None
    size, peaks, note = found
    return Head(edge=Edge(size=size, peaks=cut(bytes(peaks))), note=note)


def keep(grown: Grown) -> None:
    """Write the new nodes of the levels that are kept; leaves are the sealer's own statement."""
    rows = [
        (level, first + number, one)
        for level, (first, hashes) in grown.nodes.items()
        if level and level % STEP == 0
        for number, one in enumerate(hashes)
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_node (level, position, hash)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [list(column) for column in zip(*rows, strict=True)],
        )


def with_nodes(prove: Callable[[Fetch], _Proof]) -> _Proof:
    """Run `prove` twice: once to learn which nodes it asks for, and once with them, read by one statement."""
    asked: list[tuple[int, int]] = []

    def note(level: int, position: int) -> bytes:
        asked.append((level, position))
        return merkle.EMPTY

    prove(note)
    found = _nodes(asked)
    return prove(lambda level, position: found[level, position])


def cut(hashes: bytes) -> tuple[bytes, ...]:
    """Hashes that were written one after the other."""
    return tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))


def _nodes(asked: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Each node, hashed together from the kept level at or below it."""
    wanted = sorted(set(asked))
    below = {level: level - level % STEP for level, _ in wanted}
    ranges = [
        (below[level], position << level - below[level], position + 1 << level - below[level])
        for level, position in wanted
    ]
    rows = _rows(ranges)
    return {
        node: _together(hashes, level=node[0] - below[node[0]])
        for node, hashes in zip(wanted, rows, strict=True)
    }


def _rows(ranges: list[tuple[int, int, int]]) -> list[bytes]:
    """The kept hashes of each range of a level, one after the other."""
    if not ranges:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(hash, ''::bytea ORDER BY position) FROM ("
            "  SELECT index AS position, hash FROM dsar_ledger_leaf"
            "  WHERE asked.level = 0 AND index >= asked.first AND index < asked.behind"
            "  UNION ALL SELECT position, hash FROM dsar_ledger_node WHERE level = asked.level"
            "  AND position >= asked.first AND position < asked.behind) AS kept)"
            " FROM unnest(%s::int[], %s::bigint[], %s::bigint[])"
            " WITH ORDINALITY AS asked(level, first, behind, turn) ORDER BY turn",
            [list(column) for column in zip(*ranges, strict=True)],
        )
        return [bytes(found or b"") for (found,) in cursor.fetchall()]


def _together(hashes: bytes, *, level: int) -> bytes:
    row = list(cut(hashes))
    if len(row) != 1 << level:
        raise MissingNodeError
    while len(row) > 1:
        pairs = iter(row)
        row = [merkle.node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]
    return row[0]
