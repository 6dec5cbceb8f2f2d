"""Count what is due and what stays for which reason: one statement finds the tables with anything over, one counts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Cast

from dsar import conf
from dsar.contract import compiler
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


def survey(units: Sequence[Unit], *, of: Day) -> list[dict[str, Any]]:
    """For each unit that has any: how many rows are over, due and kept by what, of how many, and since when."""
    counted = [_counting(place, units[place], of) for place in _with_any_over(units, of)]
    return [
        _said(units[place], dict(zip(_COUNTED, counts, strict=True)))
        for place, *counts in _together(counted)
    ]


def _with_any_over(units: Sequence[Unit], of: Day) -> list[int]:
    """The places of the units of which a row is over: on most nights few, and the others need not be asked more."""
    place = "retention_place"
    looked = [
        due.over(unit, of=of).annotate(**{place: Value(number)}).values_list(place)[:1]
        for number, unit in enumerate(units)
    ]
    return [number for (number,) in _together(looked)]


def _together(parts: list[QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """The rows of all parts from one statement, by their first column."""
    return sorted(parts[0].union(*parts[1:], all=True)) if parts else []


def _said(unit: Unit, counted: dict[str, Any]) -> dict[str, Any]:
    """The counts of a unit, with the day since which its oldest row is over."""
    since = retaining.end_of(counted["since"], unit.declarations[0].retention)
    named = {"unit": unit.label, "action": unit.action.value}
    return named | counted | {"since": since.isoformat()}


def _counting(place: int, unit: Unit, of: Day) -> QuerySet[Any, Any]:
    """One row of counts, or none. What is counted has names of its own: a model may have a field `request`."""
    staying = [due.staying(unit, because=one, of=of) for one in Reason]
    stays = Q()
    for condition in staying:
        stays |= condition
    values = {
        "place": Value(place),
        "total": _total(unit),
        "over": Count("pk"),
        "due": Count("pk", filter=~stays) if stays else Count("pk"),
        **{one.value: _number(found) for one, found in zip(Reason, staying, strict=True)},
        "since": Cast(Min(F(unit.declarations[0].retention.after)), TextField()),
    }
    named = {f"retention_{name}": value for name, value in values.items()}
    # The constants come first and make one group: what is annotated behind them is counted over all rows.
    first = {name: named.pop(name) for name in ("retention_place", "retention_total")}
    rows = due.over(unit, of=of).annotate(**first).values(*first).annotate(**named)
    counted: QuerySet[Any, Any] = rows.values_list(*first, *named)
    return counted


def _total(unit: Unit) -> RawSQL:
    """How many rows the table has; of a large one about how many, as PostgreSQL's planner estimates it.

    It is only compared with a share of them, and counting ten million rows takes half as long as deleting one of them.
    """
    quoted = compiler.quote(unit.model._meta.db_table)
    pages = "pg_relation_size(oid) / current_setting('block_size')::float"
    return RawSQL(
        f"(SELECT CASE WHEN relpages > %s AND reltuples > 0 THEN reltuples / relpages * {pages}"
        f" ELSE (SELECT count(*) FROM {quoted}) END::bigint FROM pg_class WHERE oid = %s::regclass)",
        (LARGE_PAGES, quoted),
        output_field=BigIntegerField(),
    )


def _number(condition: Q) -> Any:
    return Count("pk", filter=condition) if condition else Value(0)


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
