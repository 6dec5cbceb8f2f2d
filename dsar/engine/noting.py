"""The keys of a guest's rows, noted before they are erased: nothing else finds them again in a restored backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from dsar.cases import subjects
from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.contract.people import Guest
from dsar.engine.models import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration


def note(request: Request, declarations: Sequence[Declaration]) -> None:
    """Keep the keys with the journal's step; once, by whichever transaction comes first. Account holders need none."""
    person = subjects.of(request.case)
    step = Step.objects.get(request=request, action="journal")
    if isinstance(person, Guest) and "rows" not in step.cursor:
        step.cursor = step.cursor | {"rows": keys(person, declarations)}
        step.save(update_fields=["cursor"])


def keys(guest: Guest, declarations: Sequence[Declaration]) -> dict[str, list[str]]:
    """The keys by declaration; one statement for all kinds of records."""
    if not declarations:
        return {}
    sql, params = _listing(declarations).bind(guest)
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for position, key in cursor.fetchall():
            found.setdefault(declarations[position].label, []).append(key)
    return found


def _listing(declarations: Sequence[Declaration]) -> Fragment:
    pieces = []
    for position, declaration in enumerate(declarations):
        where, key = compiler.condition(declaration), compiler.key_column(declaration)
        pieces.append(
            Fragment(
                sql=f"(SELECT {position}, {key}::text FROM {compiler.table(declaration)}"
                f" WHERE {where.sql} ORDER BY 1, 2)",
                params=where.params,
            )
        )
    return Fragment.join(" UNION ALL ", pieces)
