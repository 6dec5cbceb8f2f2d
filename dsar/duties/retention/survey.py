"""Count what is due and what stays for which reason: one statement finds the tables with anything over, one counts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from dsar import conf
from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.duties.retention import due
from dsar.duties.retention.due import Reason
from dsar.engine import retaining

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from dsar.duties.retention.due import Day
    from dsar.duties.retention.schedule import Unit

_COUNTED = ("total", "over", "due", *(reason.value for reason in Reason), "since")
LARGE_PAGES = 12_800
"""From 100 MB on a table's rows are estimated."""
_TOTAL = """
(SELECT CASE WHEN relpages > %s AND reltuples > 0
             THEN reltuples / relpages * (pg_relation_size(oid) / current_setting('block_size')::float)
             ELSE (SELECT count(*) FROM {table}) END::bigint
   FROM pg_class WHERE oid = %s::regclass)
"""
"""How many rows a table has; of a large one about how many, as PostgreSQL's planner estimates it.

It is only compared with a share of them, and counting ten million rows takes half as long as deleting one of them.
"""


def survey(units: Sequence[Unit], *, of: Day) -> list[dict[str, Any]]:
    """For each unit that has any: how many rows are over, due and kept by what, of how many, and since when."""
    counted = [_counting(place, units[place], of) for place in _with_any_over(units, of)]
    if not counted:
        return []
    whole = Fragment.join(" UNION ALL ", counted)
    with connection.cursor() as cursor:
        sql, params = whole.bind(None)
        cursor.execute(f"{sql} ORDER BY 1", params)
        found = cursor.fetchall()
    # What went meanwhile is not counted.
    return [
        _said(units[place], dict(zip(_COUNTED, counts, strict=True)))
        for place, *counts in found
        if counts[1]
    ]


def _with_any_over(units: Sequence[Unit], of: Day) -> list[int]:
    """The places of the units of which a row is over: on most nights few, and the others need not be asked more."""
    looked = Fragment.join(
        " UNION ALL ", (_any_over(place, unit, of) for place, unit in enumerate(units))
    )
    if not looked.sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*looked.bind(None))
        return sorted(place for (place,) in cursor.fetchall())


def _any_over(place: int, unit: Unit, of: Day) -> Fragment:
    """The unit's place where it has such a row."""
    where = due.is_over(unit, of=of)
    table = compiler.quote(unit.model._meta.db_table)
    return Fragment(
        sql=f"(SELECT %s FROM {table} WHERE {where.sql} LIMIT 1)", params=(place, *where.params)
    )


def _said(unit: Unit, counted: dict[str, Any]) -> dict[str, Any]:
    """The counts of a unit, with the day since which its oldest row is over."""
    since = retaining.end_of(counted["since"], unit.declarations[0].retention)
    named = {"unit": unit.label, "action": unit.action.value}
    return named | counted | {"since": since.isoformat()}


def _counting(place: int, unit: Unit, of: Day) -> Fragment:
    """One row of counts. All that are over are counted from an index; those that stay from the lists that keep them."""
    rows = due.over(unit, of=of)
    began = F(unit.declarations[0].retention.after)
    over = _sql(rows.annotate(retention_began=began).values_list("retention_began"))
    stays = _staying(unit, rows, of)
    quoted = compiler.quote(unit.model._meta.db_table)
    numbers = ", ".join("kept." + reason.value for reason in Reason)
    return Fragment(
        sql=f"SELECT %s, {_TOTAL.format(table=quoted)}, past.rows, past.rows - kept.rows, {numbers}, past.since"
        f" FROM (SELECT count(*), min(began)::text FROM ({over.sql}) AS each (began)) AS past (rows, since),"
        f" ({stays.sql}) AS kept",
        params=(place, LARGE_PAGES, quoted, *over.params, *stays.params),
    )


def _staying(unit: Unit, rows: due.Rows, of: Day) -> Fragment:
    """How many rows stay, and for each reason how many."""
    parts = [
        _sql(rows.filter(one).values_list(Value(reason.value), Cast("pk", TextField())))
        for reason in Reason
        for one in due.staying(unit, because=reason, of=of)
    ]
    none = Fragment(sql="SELECT NULL, NULL WHERE false")
    each = Fragment.join(
        " UNION ", (Fragment(sql=f"({one.sql})", params=one.params) for one in [none, *parts])
    )
    numbers = ", ".join(
        f"count(*) FILTER (WHERE reason = '{reason.value}') AS {reason.value}" for reason in Reason
    )
    return Fragment(
        sql=f"SELECT count(DISTINCT key) AS rows, {numbers} FROM ({each.sql}) AS each (reason, key)",
        params=each.params,
    )


def _sql(rows: QuerySet[Any, Any]) -> Fragment:
    sql, params = rows.query.sql_with_params()
    return Fragment(sql=sql, params=tuple(params))


def rest(counted: Sequence[dict[str, Any]], *, done: dict[str, int]) -> list[dict[str, Any]]:
    """What is left of what was counted, by how much of each unit was done."""
    left = [one | _less(one, done.get(one["unit"], 0)) for one in counted]
    return [one for one in left if one["over"]]


def _less(one: dict[str, Any], done: int) -> dict[str, int]:
    return {"over": one["over"] - done, "due": one["due"] - done}


def digest(counted: Sequence[dict[str, Any]], *, on: date) -> str:
    """SHA-256 over what a run would do: the day, and of each unit how many rows go."""
    does = {one["unit"]: one["due"] for one in counted if one["due"]}
    whole = json.dumps({"day": on.isoformat(), "due": does}, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def objections(counted: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Why a run of this size waits for a person; empty where it need not."""
    share, few = conf.get("RETENTION_SHARE"), conf.get("RETENTION_FEW_ROWS")
    found = [
        {"unit": one["unit"], "because": "share"}
        for one in counted
        if one["due"] > few and one["due"] > share * one["total"]
    ]
    if sum(one["due"] for one in counted) > conf.get("RETENTION_MOST_ROWS"):
        found.append({"unit": "", "because": "rows"})
    return found
