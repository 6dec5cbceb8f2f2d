"""Count what is due and what stays for which reason, in one statement for all tables."""

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


def survey(units: Sequence[Unit], *, of: Day) -> list[dict[str, Any]]:
    """For each unit that has any: how many rows are over, due and kept by what, of how many, and since when."""
    counted = [_counting(place, unit, of) for place, unit in enumerate(units)]
    if not counted:
        return []
    found = sorted(counted[0].union(*counted[1:], all=True))
    return [
        _said(units[place], dict(zip(_COUNTED, counts, strict=True))) for place, *counts in found
    ]


def _said(unit: Unit, counted: dict[str, Any]) -> dict[str, Any]:
    """The counts of a unit, with the day since which its oldest row is over."""
    since = retaining.end_of(counted["since"], unit.declarations[0].retention)
    named = {"unit": unit.label, "action": unit.action.value}
    return named | counted | {"since": since.isoformat()}


def _counting(place: int, unit: Unit, of: Day) -> QuerySet[Any, Any]:
    """One row of counts, or none. What is counted has names of its own: a model may have a field `request`."""
    table = compiler.quote(unit.model._meta.db_table)
    staying = [due.staying(unit, because=one, of=of) for one in Reason]
    stays = Q()
    for condition in staying:
        stays |= condition
    values = {
        "place": Value(place),
        "total": RawSQL(f"(SELECT count(*) FROM {table})", (), output_field=BigIntegerField()),
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
