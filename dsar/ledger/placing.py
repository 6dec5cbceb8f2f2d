"""Carry checkpoints to the second place, each with the leaf hashes since the one before, until they stand there.

The hashes are what lets a verifier name the first entry that differs, where a root alone says only that one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from dsar.crashpoints import effect
from dsar.ledger import places, sealing
from dsar.ledger.merkle import EMPTY, HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK = int.from_bytes(b"dsarplac")
MOST_LEAVES = 100_000
"""In one file, unless one sealing had more: what a long outage left is carried in steady memory."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A point in the ledger's history that a checkpoint fixed."""

    size: int = 0
    root: bytes = EMPTY

    @property
    def name(self) -> str:
        """Sorts by size; two histories that part (after a restore) do not write over each other."""
        return f"{self.size:020}-{self.root.hex()[:16]}"


def place() -> int:
    """Bring the second place up to date and return how many checkpoints that took; 0 where another is at it.

    Raises PlaceError, and whatever the place raises; what was not placed is tried again the next time.
    """
    done = 0
    while _place_one():
        done += 1
    return done


def _place_one() -> bool:
    where = places.current()
    with effect("ledger.place"), transaction.atomic():
        if not sealing.take(LOCK):
            return False
        last = _last_placed()
        following = _following(last)
        if following is None:
            return False
        mark, note = following
        where.keep(_files(last, mark, note))
        # After a crash before the next line's commit the same files are written again, which changes nothing; or those
        # of a newer checkpoint, whose history passes through this one.
        _note_placed(mark)
        return True


def _files(last: Mark, mark: Mark, note: str) -> Mapping[str, bytes]:
    """The checkpoint comes last: where it stands, its leaves do too."""
    start = last.size.to_bytes(8) + last.root
    return {
        f"{mark.name}.leaves": start + _leaves(last.size, mark.size),
        f"{mark.name}.checkpoint": note.encode(),
    }


def _last_placed() -> Mark:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root FROM dsar_ledger_checkpoint WHERE size ="
            " (SELECT max(size) FROM dsar_ledger_placement WHERE place = %s)",
            [places.reference()],
        )
        found = cursor.fetchone()
    return Mark(size=found[0], root=bytes(found[1])) if found else Mark()


def _following(last: Mark) -> tuple[Mark, str] | None:
    """The checkpoint to carry next: the newest that is not too far ahead, for it speaks for those between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note FROM dsar_ledger_checkpoint WHERE size = coalesce("
            " (SELECT max(size) FROM dsar_ledger_checkpoint WHERE size > %s AND size <= %s),"
            " (SELECT min(size) FROM dsar_ledger_checkpoint WHERE size > %s))",
            [last.size, last.size + MOST_LEAVES, last.size],
        )
        found = cursor.fetchone()
    return (Mark(size=found[0], root=bytes(found[1])), found[2]) if found else None


def _leaves(start: int, end: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(hash, ''::bytea ORDER BY index) FROM dsar_ledger_leaf"
            " WHERE index >= %s AND index < %s",
            [start, end],
        )
        found = bytes(cursor.fetchone()[0] or b"")
    if len(found) != (end - start) * HASH_BYTES:
        raise sealing.ForgedCheckpointError
    return found


def _note_placed(mark: Mark) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_placement (place, size) VALUES (%s, %s)",
            [places.reference(), mark.size],
        )
