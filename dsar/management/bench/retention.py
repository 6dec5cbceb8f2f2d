"""A retention run over a table of which a tenth is due, against one bare DELETE of the same rows.

Ours counts all tables, takes the rows in batches, each with its count, counts what is left and writes the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.models import AutoField
from django.test.utils import override_settings

from dsar.contract import compiler
from dsar.contract.vocabulary import Row
from dsar.duties.retention import due, runs, schedule
from dsar.management.bench import figures, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.duties.retention.schedule import Unit
    from dsar.management.bench.figures import Counter, Pair, Work

TIMES = 10
"""How many times as many rows a table has as are due."""
_UNHINDERED = {
    "RETENTION_SHARE": 1,
    "RETENTION_MOST_ROWS": 10**12,
    "RETENTION_SLICE_SECONDS": 10**6,
}


def pairs(*, users: int, rows: int, count: int, counter: Counter) -> Iterator[Pair]:
    """Each pair in two fresh copies of the database: what went is gone."""
    with override_settings(DSAR=settings.DSAR | _UNHINDERED):
        for turn in range(count):
            done: dict[str, Pair] = {}
            for which in ("ours", "limit") if turn % 2 else ("limit", "ours"):
                with scratch.copy_of(users):
                    # Whatever the seeded company has that is over goes first, and warms both up.
                    _run()
                    unit = _filled(rows)
                    work = _ours(unit, rows) if which == "ours" else _limit(unit, rows)
                    done[which] = figures.measure(
                        work, lambda: 1.0, ours_first=True, counter=counter
                    )
            yield figures.paired(done["ours"], done["limit"])


def _run() -> dict[str, int]:
    run = runs.begin(on=due.today())
    runs.go_on(run)
    run.refresh_from_db()
    return dict(run.done)


def _ours(unit: Unit, rows: int) -> Work:
    def work() -> float:
        with figures.stopwatch() as took:
            done = _run()
        _check(done.get(unit.label, 0), rows)
        return took[0]

    return work


def _limit(unit: Unit, rows: int) -> Work:
    sql, params = due.over(unit, of=due.day(due.today())).query.sql_with_params()
    where = sql[sql.index(" WHERE ") :]

    def work() -> float:
        with figures.stopwatch() as took, connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_table(unit)}{where}", params)
            gone = cursor.rowcount
        _check(gone, rows)
        return took[0]

    return work


def _check(gone: int, rows: int) -> None:
    if gone != rows:
        message = f"{gone:,} rows went, and {rows:,} were due."
        raise CommandError(message)


def _filled(rows: int) -> Unit:
    """Multiply the rows of one table, so that the oldest tenth is over."""
    unit = _unit()
    (declaration,) = unit.declarations
    after = unit.model._meta.get_field(declaration.retention.after)
    names = [
        compiler.quote(compiler.column_name(field))
        for field in unit.model._meta.concrete_fields
        if not field.primary_key and field is not after
    ]
    began, others, table = (
        compiler.quote(compiler.column_name(after)),
        ", ".join(names),
        _table(unit),
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {began} = now()")
        cursor.execute(
            f"INSERT INTO {table} ({began}, {others})"
            f" SELECT CASE WHEN row_number() OVER () <= %s THEN '2000-01-01'::timestamptz ELSE now() END, {others}"
            f" FROM {table} CROSS JOIN generate_series(1, 1 + %s / (SELECT count(*) FROM {table})) LIMIT %s",
            [rows, rows * TIMES, rows * TIMES],
        )
        cursor.execute(f"VACUUM ANALYZE {table}")
    return unit


def _unit() -> Unit:
    """The largest table whose rows can be copied: numbered, unique in nothing else, deleted by a date of its own."""
    fit = {unit.model._meta.db_table: unit for unit in schedule.units() if _is_fit(unit)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) ORDER BY reltuples DESC LIMIT 1",
            [list(fit)],
        )
        found = cursor.fetchone()
    if found is None:
        message = "No declared table can be copied."
        raise CommandError(message)
    return fit[found[0]]


def _is_fit(unit: Unit) -> bool:
    meta = unit.model._meta
    return (
        unit.action is Row.DELETED
        and meta.app_label != "dsar"
        and len(unit.declarations) == 1
        and "__" not in unit.declarations[0].retention.after
        and isinstance(meta.pk, AutoField)
        and not any(field.unique for field in meta.concrete_fields if not field.primary_key)
        and not meta.unique_together
        and not meta.total_unique_constraints
    )


def _table(unit: Unit) -> str:
    return compiler.quote(unit.model._meta.db_table)
