"""The sealed entries as they stand in the database now: in the tree's order, many at a time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection, transaction

from dsar.ledger import notes
from dsar.ledger.merkle import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsar.ledger.notes import Verifier

CHUNK = 20_000
"""Entries in memory at a time."""

# The bounds say nothing new; they let the server read neighbours one after the other instead of each by its key.
_CHUNK = r"""
SELECT count(*), count(id), min(index), max(index), string_agg(hash, ''::bytea),
    string_agg(convert_to(canonical, 'UTF8'), '\x0a'::bytea)
FROM (
    SELECT leaf.index, leaf.hash, entry.id, entry.canonical FROM dsar_ledger_leaf leaf
    LEFT JOIN dsar_ledger_entry entry ON entry.id = leaf.entry AND entry.id BETWEEN %s AND %s
    WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index) AS neighbours
"""
_OLD = """
SELECT min(entry.id) FROM dsar_ledger_entry entry
LEFT JOIN dsar_ledger_leaf leaf ON leaf.entry = entry.id
WHERE leaf.entry IS NULL AND coalesce(entry.at, '') COLLATE "C" < to_char(
    (now() - make_interval(secs => %s)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
"""
_GONE = """
SELECT min(waiting.entry) FROM dsar_ledger_unsealed waiting
LEFT JOIN dsar_ledger_entry entry ON entry.id = waiting.entry WHERE entry.id IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Neighbours in the tree: their hashes as the tree says, and hashed anew. `is_whole`: none is missing."""

    said: bytes
    hashes: tuple[bytes, ...]
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One place in the tree. `hash` is hashed anew; None where the entry is gone."""

    index: int
    entry: int
    said: bytes
    hash: bytes | None


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A checkpoint's row, and whether its note is a known key's and says the same."""

    size: int
    root: bytes
    is_signed: bool


@contextmanager
def snapshot() -> Iterator[None]:
    """A block that sees one moment of the database, however long it takes."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def chunk(start: int, end: int) -> Chunk:
    """Read from `start` to before `end`, and hash.

    Entries come joined by line ends, which no entry holds; counting both keeps one that was given a line end from
    passing for two.
    """
    ((lowest, highest),) = _ask(
        "SELECT min(entry), max(entry) FROM dsar_ledger_leaf WHERE index >= %s AND index < %s",
        [start, end],
    )
    ((rows, entries, first, last, said, texts),) = _ask(_CHUNK, [lowest, highest, start, end])
    pieces = texts.split(b"\n") if texts is not None else []
    count = end - start
    is_whole = (rows, entries, len(pieces), first, last) == (count, count, count, start, end - 1)
    return Chunk(
        said=said or b"",
        hashes=tuple([sha256(b"\x00" + piece).digest() for piece in pieces]),
        is_whole=is_whole and len(said) == count * HASH_BYTES,
    )


def rows(start: int) -> Iterator[Row]:
    """Every leaf from `start` on, one by one: slower, for looking closely."""
    here = start
    while found := _ask(
        "SELECT leaf.index, leaf.entry, leaf.hash, convert_to(entry.canonical, 'UTF8')"
        " FROM dsar_ledger_leaf leaf LEFT JOIN dsar_ledger_entry entry ON entry.id = leaf.entry"
        " WHERE leaf.index >= %s ORDER BY leaf.index LIMIT %s",
        [here, CHUNK],
    ):
        for index, entry, said, text in found:
            fresh = None if text is None else sha256(b"\x00" + text).digest()
            yield Row(index=index, entry=entry, said=said, hash=fresh)
        here = found[-1][0] + 1


def leaves() -> int:
    """One more than the highest index in the tree."""
    ((found,),) = _ask("SELECT coalesce(max(index) + 1, 0) FROM dsar_ledger_leaf")
    return int(found)


def checkpoints(after: int, known: Sequence[Verifier]) -> Iterator[Sealed]:
    """The checkpoints beyond a size, in order."""
    here = after
    while found := _ask(
        "SELECT size, root, note FROM dsar_ledger_checkpoint WHERE size > %s ORDER BY size LIMIT %s",
        [here, CHUNK],
    ):
        for size, root, note in found:
            yield Sealed(size=size, root=root, is_signed=_is_signed(size, root, note, known))
        here = found[-1][0]


def has_checkpoint(size: int, root: bytes) -> bool:
    """Whether there is a checkpoint with this size and root."""
    return bool(
        _ask("SELECT FROM dsar_ledger_checkpoint WHERE size = %s AND root = %s", [size, root])
    )


def note(size: int) -> str:
    """The signed note of the checkpoint that covers so many entries."""
    ((found,),) = _ask("SELECT note FROM dsar_ledger_checkpoint WHERE size = %s", [size])
    return str(found)


def unsealed_since(seconds: float) -> list[tuple[int, bool]]:
    """The first entry older than so many seconds without a leaf, and the first that waits but is gone (True).

    Times are compared as text: whatever somebody may have written there must not stop a verification.
    """
    old = _ask(_OLD, [seconds])
    gone = _ask(_GONE)
    both = [(old[0][0], False), (gone[0][0], True)]
    return [(entry, is_gone) for entry, is_gone in both if entry is not None]


def last_checkpoint() -> int:
    """How many entries the last checkpoint covers."""
    ((found,),) = _ask("SELECT coalesce(max(size), 0) FROM dsar_ledger_checkpoint")
    return int(found)


def _is_signed(size: int, root: bytes, note: str, known: Sequence[Verifier]) -> bool:
    try:
        said = notes.open_signed(note, known)
    except notes.NoteError:
        return False
    return (said.size, said.root) == (size, root)


def _ask(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Ask in binary form: bytes come as they are, not as hexadecimal text twice as long."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return list(cursor.execute(statement, values, binary=True).fetchall())
