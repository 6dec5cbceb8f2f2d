"""Restored backups: the second place knows of entries that the database lost, and the ledger says why.

A restore is recorded as `erasures.replayed` without a request, before anything new is sealed. Its detail names how many
entries were sealed in the restored database, and the checkpoint that is lost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsar.ledger import elsewhere, log, places, reading, signing
from dsar.ledger.merkle import EMPTY
from dsar.ledger.models import Entry
from dsar.ledger.placing import Mark
from dsar.ledger.stored import head
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.ledger.elsewhere import History


@dataclass(frozen=True, kw_only=True)
class Restore:
    """What one entry says was lost: everything behind `sealed` entries, up to a checkpoint."""

    entry: int
    sealed: int
    lost: Mark


def told() -> list[Restore]:
    """The restores that the ledger tells of, oldest first."""
    found = Entry.objects.filter(tag=Tag.ERASURES_REPLAYED, request=None).order_by("pk")
    return [restore for entry in found if (restore := _read(entry))]


def record() -> list[Restore]:
    """Say in the ledger which checkpoints of the second place a restore lost, and return those that are new.

    Where the second place holds nothing that the database lacks, nothing is said. A history that does not begin as
    the database does is no restore's, and stays for `verify_ledger` to find.
    """
    known = {restore.lost for restore in told()}
    for history in _behind():
        if history.head not in known:
            log.append(
                Tag.ERASURES_REPLAYED,
                sealed=_sealed(),
                lost_size=history.head.size,
                lost_root=history.head.root.hex(),
            )
    return [restore for restore in told() if restore.lost not in known]


def explains(restore: Restore, history: History) -> bool:
    """Whether a lost history and the restored one are the same up to the restore."""
    return restore.lost == history.head and _is_ours(history, restore.sealed)


def _behind() -> list[History]:
    """The histories in the second place that go on where the database's ends."""
    place = places.current()
    if isinstance(place, places.Mailbox):
        return []
    found = elsewhere.histories(place, signing.verifiers())
    sealed = _sealed()
    return [
        history for history in found if history.head.size > sealed and _is_ours(history, sealed)
    ]


def _is_ours(history: History, sealed: int) -> bool:
    root = history.root_at(sealed)
    return root == EMPTY or reading.has_checkpoint(sealed, root)


def _sealed() -> int:
    last = head()
    return last.edge.size if last else 0


def _read(entry: Entry) -> Restore | None:
    """None for what `record` did not write: somebody may have written anything into a ledger that is verified."""
    try:
        detail = json.loads(entry.canonical)["detail"]
        lost = Mark(size=int(detail["lost_size"]), root=bytes.fromhex(detail["lost_root"]))
        return Restore(entry=entry.pk, sealed=int(detail["sealed"]), lost=lost)
    except (KeyError, TypeError, ValueError):
        return None
