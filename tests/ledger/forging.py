"""What somebody with every right in the database can do to a ledger: triggers off, and all hashes made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from dsar.ledger import merkle, notes, stored
from dsar.ledger.models import Checkpoint, Entry, Leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.ledger.notes import Signer

FOREIGN = (
    '{"at":"2026-01-01T00:00:00.000000Z","detail":{"never":"happened"},"request":null,'
    '"tag":"request.closed","v":1}'
)


def forge(statement: str, *values: object) -> None:
    """Run a statement as a superuser for whom no trigger fires."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)  # type: ignore[arg-type]


def order() -> list[int]:
    """The entries in the tree's order."""
    return list(Leaf.objects.order_by("index").values_list("entry", flat=True))


def change(entry: int) -> None:
    """Tell an entry otherwise."""
    forge("UPDATE dsar_ledger_entry SET canonical = %s WHERE id = %s", FOREIGN, entry)


def remove(entry: int) -> None:
    """Take an entry away."""
    forge("DELETE FROM dsar_ledger_entry WHERE id = %s", entry)


def insert() -> int:
    """Put an entry in, past the queue."""
    forge("INSERT INTO dsar_ledger_entry (canonical) VALUES (%s)", FOREIGN)
    return Entry.objects.latest("pk").pk


def swap(one: int, two: int) -> None:
    """Let two entries change places."""
    texts = dict(Entry.objects.filter(pk__in=[one, two]).values_list("pk", "canonical"))
    for entry, other in ((one, two), (two, one)):
        forge("UPDATE dsar_ledger_entry SET canonical = %s WHERE id = %s", texts[other], entry)


def make_anew(entries: Sequence[int], *, signers: Sequence[Signer], origin: str) -> None:
    """Hash everything again from the entries as they stand, with checkpoints at the sizes there were, and sign."""
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    for table in ("leaf", "node", "checkpoint"):
        forge(f"DELETE FROM dsar_ledger_{table}")  # noqa: S608 - names of this function's own.
    texts = dict(Entry.objects.values_list("pk", "canonical"))
    edge = merkle.Edge()
    for size in [*(size for size in sizes if size < len(entries)), len(entries)]:
        hashes = [merkle.leaf_hash(texts[entry].encode()) for entry in entries[edge.size : size]]
        for index, one in enumerate(hashes, start=edge.size):
            forge("INSERT INTO dsar_ledger_leaf VALUES (%s, %s, %s)", index, entries[index], one)
        grown = merkle.grow(edge, hashes)
        stored.keep(grown)
        edge = grown.edge
        note = notes.sign(notes.Checkpoint(origin=origin, size=size, root=edge.root), signers)
        forge(
            "INSERT INTO dsar_ledger_checkpoint (size, root, peaks, note) VALUES (%s, %s, %s, %s)",
            size,
            edge.root,
            b"".join(edge.peaks),
            note,
        )
