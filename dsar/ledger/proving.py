"""Proofs from the stored tree: that an entry is sealed, and that a tree only grew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from dsar.ledger import merkle, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from dsar.ledger.models import Entry


class NotSealedError(Exception):
    """No checkpoint covers this yet; the sealer comes every few seconds."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """The way from one entry to a checkpoint's root; whoever has the entry's bytes and the root can check it."""

    index: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class SealedEntry:
    """An entry with its place in the tree, and the way from there to the last checkpoint."""

    entry: int
    canonical: str
    inclusion: Inclusion


def leaf_hash(entry: Entry | SealedEntry) -> bytes:
    """The hash under which an entry stands in the tree; known before it is sealed."""
    return merkle.leaf_hash(entry.canonical.encode())


def prove(index: int, *, size: int | None = None) -> Inclusion:
    """The inclusion proof of the entry at `index`, under the last checkpoint or the tree of `size` entries.

    Two statements at most, however large the tree. Raises NotSealedError.
    """
    sealed = _sealed_size()
    within = sealed if size is None else size
    if not 0 <= index < within <= sealed:
        raise NotSealedError
    hashes = stored.with_nodes(
        lambda fetch: merkle.prove_inclusion(index, size=within, fetch=fetch)
    )
    return Inclusion(index=index, size=within, hashes=tuple(hashes))


def prove_growth(old: int, *, size: int | None = None) -> tuple[bytes, ...]:
    """The consistency proof between the trees of `old` and of `size` entries. Raises NotSealedError."""
    sealed = _sealed_size()
    within = sealed if size is None else size
    if not 0 < old <= within <= sealed:
        raise NotSealedError
    return tuple(
        stored.with_nodes(lambda fetch: merkle.prove_consistency(old, size=within, fetch=fetch))
    )


def of_request(request: UUID) -> Iterator[SealedEntry]:
    """Every sealed entry about a request, in the tree's order, each with its proof under the last checkpoint.

    Three statements for all of them.
    """
    size = _sealed_size()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leaf.index, entry.id, entry.canonical FROM dsar_ledger_entry entry"
            " JOIN dsar_ledger_leaf leaf ON leaf.entry = entry.id"
            " WHERE entry.request = %s AND leaf.index < %s ORDER BY leaf.index",
            [str(request), size],
        )
        found = cursor.fetchall()
    yield from proved(found, size=size)


def proved(found: Sequence[tuple[int, int, str]], *, size: int) -> Iterator[SealedEntry]:
    """Index, number and text of entries, each with its proof under the tree of `size` entries; one statement or two."""
    paths = stored.with_nodes(
        lambda fetch: [merkle.prove_inclusion(row[0], size=size, fetch=fetch) for row in found]
    )
    for (index, entry, canonical), path in zip(found, paths, strict=True):
        inclusion = Inclusion(index=index, size=size, hashes=tuple(path))
        yield SealedEntry(entry=entry, canonical=canonical, inclusion=inclusion)


def _sealed_size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM dsar_ledger_checkpoint")
        return int(cursor.fetchone()[0])
