"""A burst: requests of mixed sizes, all due on one day, filed at once; when each of them is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection

from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.contract import compiler, registry
from dsar.management.bench import crew, desk, people, scratch, surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BUDGET_SHARE = 0.4
SHARES = ((0.02, 100), (0.10, 15), (0.25, 2))
"""Of everybody else's rows: which part of the people gets them, and how many parts each."""
BOUNDS = (100, 1_000, 10_000)
_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Seconds since the first claim; `median_share` is the median as a part of the whole."""

    work: str
    users: int
    rows: int
    """Of all requests together."""
    pairs: int
    workers: int
    whole_s: float
    p10_s: float
    median_s: float
    p90_s: float
    median_share: float
    by_size: list[dict[str, Any]]
    budget: dict[str, float] = field(default_factory=lambda: {"median_share": BUDGET_SHARE})


def run(*, users: int, requests: int, workers: int) -> dict[str, Any]:
    """File all, then let the workers come."""
    with surroundings.made() as folder, scratch.copy_of(users):
        chosen = people.sample(requests)
        _make_unequal(chosen)
        filed = [desk.approved(person, Right.ACCESS) for person in chosen]
        with crew.at_work(folder, workers=workers):
            _wait_for_end(filed)
        return asdict(_figures(filed, users=users, workers=workers))


def _make_unequal(chosen: Sequence[Any]) -> None:
    """Hand the rows of everybody else, in each table that names one person, to some of these people."""
    slots = [
        person
        for share, parts in SHARES
        for person in chosen[: round(len(chosen) * share)]
        for _ in range(parts)
    ]
    with connection.cursor() as cursor:
        for table, column, key in _tables():
            cursor.execute(
                f"UPDATE {table} SET {column} = (%s)[1 + abs(hashtext({key}::text)::bigint) %% %s]"
                f" WHERE {column} <> ALL(%s)",
                [slots, len(slots), list(chosen)],
            )
            cursor.execute(f"ANALYZE {table}")


def _tables() -> set[tuple[str, str, str]]:
    """Table, column and key of rows of which a person may hold many, and which a foreign key leads to them."""
    user = get_user_model()
    return {
        (
            compiler.table(declaration),
            compiler.quote(compiler.column_name(one)),
            compiler.key_column(declaration),
        )
        for declaration in registry.current().all()
        for one in declaration.model._meta.concrete_fields
        if one.many_to_one and one.related_model is user
        if declaration.model._meta.app_label != "dsar"
        if not _is_unique(declaration.model._meta.db_table, compiler.column_name(one))
    }


def _is_unique(table: str, column: str) -> bool:
    """Whether a unique index of the table has this column in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = %s::regclass AND i.indisunique"
            " AND a.attname = %s)",
            [table, column],
        )
        return bool(cursor.fetchone()[0])


def _wait_for_end(filed: Sequence[Request]) -> None:
    open_ = Request.objects.filter(pk__in=[one.pk for one in filed]).exclude(state=State.CLOSED)
    crew.wait_until(lambda: not open_.exists(), seconds=_SECONDS, what="The burst", pause=0.5)


def _figures(filed: Sequence[Request], *, users: int, workers: int) -> Figures:
    found = Request.objects.filter(pk__in=[one.pk for one in filed])
    done = sorted((one.closed_at, one.size) for one in found if one.closed_at)
    began = _first_claim()
    after = [(at - began).total_seconds() for at, _ in done]
    tenths = quantiles(after, n=10)
    return Figures(
        work="burst",
        users=users,
        rows=sum(size for _, size in done),
        pairs=len(done),
        workers=workers,
        whole_s=round(after[-1], 1),
        p10_s=round(tenths[0], 1),
        median_s=round(median(after), 1),
        p90_s=round(tenths[-1], 1),
        median_share=round(median(after) / after[-1], 2),
        by_size=_by_size([(seconds, size) for seconds, (_, size) in zip(after, done, strict=True)]),
    )


def _first_claim() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at)::timestamptz FROM dsar_ledger_entry WHERE tag = 'request.claimed'"
        )
        at: datetime = cursor.fetchone()[0]
    return at


def _by_size(done: Sequence[tuple[float, int]]) -> list[dict[str, Any]]:
    """How many there were of each size, and when half and all of them were done."""
    told, lower = [], 0
    for upper in (*BOUNDS, None):
        of_size = [
            seconds for seconds, size in done if size >= lower and (upper is None or size < upper)
        ]
        if of_size:
            label = f"{lower}-{upper - 1}" if upper else f"{lower}-"
            told.append(
                {
                    "rows": label,
                    "requests": len(of_size),
                    "median_s": round(median(of_size), 1),
                    "last_s": round(max(of_size), 1),
                }
            )
        lower = upper or lower
    return told
