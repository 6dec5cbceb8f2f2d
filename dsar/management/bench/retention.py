"""A retention run over a table of which a tenth is due, against one bare DELETE, or UPDATE, of the same rows.

Ours counts all tables, takes the rows in batches, each with its count, counts what is left and writes the ledger.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.models import AutoField
from django.test.utils import override_settings

from dsar.contract import compiler, registry
from dsar.contract.vocabulary import Row
from dsar.duties.retention import due, runs, schedule
from dsar.management.bench import figures, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.contract.declarations import Declaration
    from dsar.duties.retention.schedule import Unit
    from dsar.management.bench.figures import Counter, Pair, Work

TIMES = 10
"""How many times as many rows a table has as are due."""
_UNHINDERED = {
    "RETENTION_SHARE": 1,
    "RETENTION_MOST_ROWS": 10**12,
    "RETENTION_SLICE_SECONDS": 10**6,
}
_LONG_AGO = date(1990, 1, 1)

ACTIONS = {"retention": Row.DELETED, "overwriting": Row.OVERWRITTEN}
"""What happens with the rows that are due, by the name of the work."""


def pairs(*, work: str, users: int, rows: int, count: int, counter: Counter) -> Iterator[Pair]:
    """Each run in a fresh copy of one filled table: what went is gone."""
    action = ACTIONS[work]
    with override_settings(DSAR=settings.DSAR | _UNHINDERED), scratch.copy_of(users):
        # Whatever the seeded company has that is over goes first.
        _run()
        with _declared(_largest(action), action) as unit:
            _fill(unit, rows)
            for turn in range(count):
                done = {
                    which: _one(which, unit, rows=rows, counter=counter)
                    for which in (("ours", "limit") if turn % 2 else ("limit", "ours"))
                }
                yield figures.paired(done["ours"], done["limit"])


def _one(which: str, unit: Unit, *, rows: int, counter: Counter) -> Pair:
    with scratch.copied():
        # Warms up the connection and, being asked of a day on which nothing was over, none of the rows.
        runs.counted(on=_LONG_AGO)
        work = _ours(unit, rows) if which == "ours" else _limit(unit, rows)
        return figures.measure(work, lambda: 1.0, ours_first=True, counter=counter)


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
    bare, values = _bare(unit)

    def work() -> float:
        with figures.stopwatch() as took, connection.cursor() as cursor:
            cursor.execute(f"{bare}{where}", [*values, *params])
            gone = cursor.rowcount
        _check(gone, rows)
        return took[0]

    return work


def _bare(unit: Unit) -> tuple[str, list[Any]]:
    if unit.action is Row.DELETED:
        return f"DELETE FROM {_table(unit)}", []
    written = compiler.overwrites(unit.declarations[0])
    set_to = ", ".join(f"{compiler.quote(column)} = {value.sql}" for column, value, _ in written)
    return f"UPDATE {_table(unit)} SET {set_to}", [
        param for _, value, _ in written for param in value.params
    ]


def _check(gone: int, rows: int) -> None:
    if gone != rows:
        message = f"{gone:,} rows went, and {rows:,} were due."
        raise CommandError(message)


def _fill(unit: Unit, rows: int) -> None:
    """Multiply the rows of the table, so that the oldest tenth is over."""
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


@contextmanager
def _declared(declaration: Declaration, action: Row) -> Iterator[Unit]:
    """The unit of a declaration as if its rows went this way: few houses have a table of each kind to copy."""
    known, key = registry.current().declarations, (declaration.model, declaration.role)
    known[key] = replace(declaration, retention=replace(declaration.retention, then=action))
    try:
        yield next(unit for unit in schedule.units() if unit.model is declaration.model)
    finally:
        known[key] = declaration


def _largest(action: Row) -> Declaration:
    """Of the largest table whose rows can be copied."""
    found = [one for one in registry.current().all() if _is_fit(one, action)]
    fit = {one.model._meta.db_table: one for one in found}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) ORDER BY reltuples DESC LIMIT 1",
            [list(fit)],
        )
        largest = cursor.fetchone()
    if largest is None:
        message = "No declared table can be copied."
        raise CommandError(message)
    return fit[largest[0]]


def _is_fit(declaration: Declaration, action: Row) -> bool:
    """Whether rows can be copied: numbered, unique in nothing else, one person's each, over by a date of their own."""
    meta = declaration.model._meta
    return (
        (action is Row.DELETED or bool(compiler.overwrites(declaration)))
        and meta.app_label != "dsar"
        and len(registry.current().of(declaration.model)) == 1
        and "__" not in declaration.retention.after
        and isinstance(meta.pk, AutoField)
        and not any(field.unique for field in meta.concrete_fields if not field.primary_key)
        and not meta.unique_together
        and not meta.total_unique_constraints
    )


def _table(unit: Unit) -> str:
    return compiler.quote(unit.model._meta.db_table)
