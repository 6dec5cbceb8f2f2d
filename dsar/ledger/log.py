"""Append to the ledger, read it back, and prove that what was read is sealed."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import acting, merkle
from dsar.ledger.canonical import Value, encode
from dsar.ledger.models import Entry
from dsar.ledger.proving import leaf_hash, of_request, prove, prove_growth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.ledger.tags import Tag

__all__ = [
    "append",
    "entries",
    "last",
    "leaf_hash",
    "newest",
    "of_request",
    "prove",
    "prove_growth",
]


_gathering: ContextVar[list[str] | None] = ContextVar("_gathering", default=None)


def append(tag: Tag, *, request: UUID | None = None, **detail: Value) -> str:
    """Write one entry in the caller's transaction, so that what happened and its evidence stand or fall together.

    `detail` holds codes, counts and digests; anything that may name a person is digested under the
    case key first. One INSERT that asks for nothing back, so that it can travel in a pipeline. Returns the hash
    under which the entry will stand in the tree, in hex. At the desk `acting` adds who acted.
    """
    said = acting.witnessed(detail)
    canonical = encode(at=timezone.now(), tag=tag, request=request, detail=said).decode()
    gathered = _gathering.get()
    if gathered is None:
        _insert([canonical])
    else:
        gathered.append(canonical)
    return merkle.leaf_hash(canonical.encode()).hex()


@contextmanager
def together() -> Iterator[None]:
    """Write whatever is appended in this block by one INSERT at its end, in the same order.

    To stand right behind the transaction that it belongs to: what raises out of the block leaves no entry, and must
    leave nothing else. A block within another joins it.
    """
    if _gathering.get() is not None:
        yield
        return
    gathered: list[str] = []
    token = _gathering.set(gathered)
    try:
        yield
    finally:
        _gathering.reset(token)
    if gathered:
        _insert(gathered)


@effect("ledger.append")
def _insert(canonical: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_ledger_entry (canonical) SELECT unnest(%s::text[])", [canonical]
        )


def entries(request: UUID) -> QuerySet[Entry]:
    """The entries about one request, oldest first."""
    return Entry.objects.filter(request=str(request)).order_by("pk")


def by_request(requests: Iterable[UUID]) -> dict[str, list[Entry]]:
    """The entries about each of some requests, oldest first, by the request's number; one statement."""
    found: dict[str, list[Entry]] = {}
    for one in Entry.objects.filter(request__in=[str(one) for one in requests]).order_by("pk"):
        found.setdefault(str(one.request), []).append(one)
    return found


def last(requests: Iterable[UUID], tags: Iterable[Tag]) -> dict[str, Entry]:
    """Of each request the newest entry with one of these tags, by the request's number; one statement."""
    found = Entry.objects.filter(request__in=[str(one) for one in requests], tag__in=tags)
    return {str(one.request): one for one in found.order_by("request", "-pk").distinct("request")}


def newest(requests: Iterable[UUID], number: int) -> list[Entry]:
    """The newest entries about some requests, the last one first; one statement."""
    found = Entry.objects.filter(request__in=[str(one) for one in requests])
    return list(found.order_by("-pk")[:number])
