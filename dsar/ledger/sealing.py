"""The sealer: gives waiting entries their place in the tree and signs the root; beat calls it every few seconds.

Appending waits for nobody: only sealers exclude each other, and a second one does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from dsar.crashpoints import effect
from dsar.ledger import log, merkle, notes, signing, stored
from dsar.ledger.merkle import Edge
from dsar.ledger.notes import Checkpoint
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.ledger.merkle import Grown
    from dsar.ledger.notes import Signer
    from dsar.ledger.stored import Head

BATCH = 50_000
"""Entries a transaction, so that a long queue is sealed in steady memory."""
LOCK = int.from_bytes(b"dsarseal")
"""The advisory lock of all sealers of a database."""

# The queue's rows go and the leaves come in one statement, whose bytes the server hashes itself: entries do not
# travel. By ctid the planner looks every entry up by its key; by number it would read all entries once it believed the
# queue to be long. A row whose entry is gone stays in the queue: it is the trace that verify_ledger finds.
_DRAIN = r"""
WITH drained AS (
    DELETE FROM dsar_ledger_unsealed waiting USING dsar_ledger_entry entry
    WHERE entry.id = waiting.entry AND waiting.ctid = ANY(ARRAY(
        SELECT ctid FROM dsar_ledger_unsealed ORDER BY entry LIMIT %s))
    RETURNING entry.id, sha256('\x00'::bytea || convert_to(entry.canonical, 'UTF8')) AS hash
), sealed AS (
    INSERT INTO dsar_ledger_leaf (index, entry, hash)
    SELECT %s - 1 + row_number() OVER (ORDER BY id), id, hash FROM drained
    RETURNING index, hash
)
SELECT string_agg(hash, ''::bytea ORDER BY index) FROM sealed
"""


class ForgedCheckpointError(Exception):
    """The last checkpoint is not what a known key signed; nothing is built on it: run `manage.py verify_ledger`."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def seal() -> int:
    """Seal what waits and return how many entries that was; 0 where another sealer is at work.

    Raises LedgerKeyError where no key signs, and ForgedCheckpointError.
    """
    sealed = 0
    while _is_any_waiting() and (batch := _seal_batch()):
        sealed += batch
    return sealed


def _is_any_waiting() -> bool:
    """Look before locking: most ticks find nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM dsar_ledger_unsealed)")
        return bool(cursor.fetchone()[0])


def _seal_batch() -> int:
    signers = signing.signers()
    with effect("ledger.seal"), transaction.atomic():
        if not take(LOCK):
            return 0
        last = stored.head()
        edge = _believed(last) if last else Edge()
        _tell_changed_keys(last, signers)
        grown = merkle.grow(edge, _drain(edge.size))
        if grown.edge.size > edge.size:
            stored.keep(grown)
            _sign(grown, signers)
        return grown.edge.size - edge.size


def take(lock: int) -> bool:
    """Take an advisory lock for the transaction; False where another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])


def _believed(last: Head) -> Edge:
    """The tree to grow from, if a known key signed it; raises ForgedCheckpointError."""
    try:
        said = notes.open_signed(last.note, signing.verifiers())
    except notes.NoteError:
        raise ForgedCheckpointError from None
    if (said.size, said.root) != (last.edge.size, last.edge.root):
        raise ForgedCheckpointError
    return last.edge


def _tell_changed_keys(last: Head | None, signers: list[Signer]) -> None:
    """Whoever signs from now on stands in the ledger, and so under the first checkpoint that they sign."""
    now = [one.verifier.id for one in signers]
    before = [one.id for one in notes.parse(last.note).signatures] if last else []
    if now != before:
        # Bare, some of these ids would read like a telephone number.
        log.append(Tag.LEDGER_KEYS_CHANGED, keys=[f"ed25519:{one.hex()}" for one in now])


def _drain(size: int) -> tuple[bytes, ...]:
    """Move the queue's oldest into the tree behind `size` leaves; their hashes."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAIN, [BATCH, size])
        return stored.cut(bytes(cursor.fetchone()[0] or b""))


def _sign(grown: Grown, signers: list[Signer]) -> None:
    edge = grown.edge
    checkpoint = Checkpoint(origin=signers[0].name, size=edge.size, root=edge.root)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_checkpoint (size, root, peaks, note) VALUES (%s, %s, %s, %s)",
            [edge.size, edge.root, b"".join(edge.peaks), notes.sign(checkpoint, signers)],
        )
