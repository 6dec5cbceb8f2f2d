"""When a case ended, from which its content is kept for its period and no longer; and what is shredded then (R158)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now

from dsar.crashpoints import effect
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.models import Case

_NOTE = """
UPDATE dsar_cases_case c SET ended_at = found.ended_at
FROM (
    SELECT case_id, CASE WHEN bool_or(is_open) THEN NULL ELSE max(ended_at) END AS ended_at
    FROM (
        SELECT case_id, state <> 'closed' AS is_open, closed_at AS ended_at FROM dsar_cases_request
        UNION ALL SELECT case_id, answered_at IS NULL, answered_at FROM dsar_cases_complaint
        UNION ALL SELECT case_id, answered_at IS NULL, answered_at FROM dsar_cases_enquiry
    ) asked
    GROUP BY case_id
) found
WHERE found.case_id = c.id AND c.ended_at IS DISTINCT FROM found.ended_at
"""


@effect("ending.note")
def note() -> int:
    """Note of every case when it ended, or that it is open again, in one statement; how many changed.

    A retention run does so before it counts, so that nothing else needs to know of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOTE)
        return int(cursor.rowcount)


def shred(cases: QuerySet[Case]) -> int:
    """Destroy the keys of these cases, in one statement: whatever still lies sealed under them is read by nobody."""
    with effect("ending.shred"), transaction.atomic():
        living = Key.objects.filter(pk__in=cases.values("key"), wrapped__isnull=False)
        shredded = living.update(wrapped=None, destroyed_at=Now())
        if shredded:
            log.append(Tag.KEY_DESTROYED, keys=shredded, because="retention")
    return shredded
