"""Count what should be rare, so that a figure outlives the process that saw it and is right for all together.

Adding is one INSERT: no two processes ever wait for each other. What happens in a transaction that is rolled back
is not counted, so count after it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max, Sum

from dsar.tally.models import Count

if TYPE_CHECKING:
    from datetime import datetime

FOLDED_ABOVE = 100
"""Rows of one kind that are summed at reading before folding is worth its writes."""
_FOLD = """
WITH gone AS (
    DELETE FROM dsar_tally_count WHERE id IN (
        SELECT id FROM dsar_tally_count WHERE name IN (
            SELECT name FROM dsar_tally_count GROUP BY name HAVING count(*) > %s)
        FOR UPDATE SKIP LOCKED)
    RETURNING name, amount, at)
INSERT INTO dsar_tally_count (name, amount, at) SELECT name, sum(amount), max(at) FROM gone GROUP BY name
"""


class Kind(StrEnum):
    """What is counted."""

    LEASE_LOST = "lease_losses"
    """A worker was too slow or cut off, and another one had taken over."""
    RETRIED = "retries"
    """An attempt failed at an error and is made again."""
    STOPPED = "stops"
    """An execution stopped until a person looks."""
    HANDED_BACK = "hand_backs"
    """A request was given back unfinished: its time slice was over, or its worker was told to stop."""
    MAIL_FAILED = "mail_failures"
    """The mail server refused, or was away."""
    BROKER_FAILED = "broker_failures"
    """The broker could not be reached; what was to be published stays in the outbox."""
    SWEPT = "sweeps"
    """The periodic sweep went to its end."""
    SWEEPER_FAILED = "sweeper_failures"
    """One part of a sweep failed."""


def add(kind: Kind) -> None:
    """Count one more."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO dsar_tally_count (name, amount) VALUES (%s, 1)", [kind.value])


def read() -> dict[Kind, tuple[int, datetime | None]]:
    """How often each kind has happened, and when last."""
    found = Count.objects.values("name").annotate(often=Sum("amount"), last=Max("at"))
    rows = {row["name"]: (row["often"], row["last"]) for row in found}
    return {kind: rows.get(kind.value, (0, None)) for kind in Kind}


def fold() -> None:
    """Sum up kinds with many rows, in one statement: whoever reads meanwhile sees all of the old or all of the new."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [FOLDED_ABOVE])
