"""Append to the ledger, read it back, and prove that what was read is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger.canonical import Value, encode
from dsar.ledger.models import Entry
from dsar.ledger.proving import leaf_hash, of_request, prove, prove_growth

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.ledger.tags import Tag

__all__ = ["append", "entries", "leaf_hash", "of_request", "prove", "prove_growth"]


def append(tag: Tag, *, request: UUID | None = None, **detail: Value) -> None:
    """Write one entry in the caller's transaction, so that what happened and its evidence stand or fall together.

    `detail` holds codes, counts and digests; anything that may name a person is digested under the
    case key first. One INSERT that asks for nothing back, so that it can travel in a pipeline.
    """
    canonical = encode(at=timezone.now(), tag=tag, request=request, detail=detail)
    with effect("ledger.append"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_entry (canonical) VALUES (%s)", [canonical.decode()]
        )


def entries(request: UUID) -> QuerySet[Entry]:
    """The entries about one request, oldest first."""
    return Entry.objects.filter(request=str(request)).order_by("pk")
