"""Access: claim, package, answer, close; against the same rows written by the server and fsynced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from dsar.cases.states import Right
from dsar.contract import compiler, registry
from dsar.contract.compiler import Fragment
from dsar.engine import discovery, sources
from dsar.management.bench import desk, figures, files

if TYPE_CHECKING:
    from pathlib import Path

    from dsar.engine.sources import Source
    from dsar.management.bench.figures import Work


def works(person: Any, *, rows: int, folder: Path) -> tuple[Work, Work]:
    """Ours and the limit for one person; the request is filed here, before anything is timed."""
    request = desk.approved(person, Right.ACCESS)
    wanted = _held(person)
    limit = _one_statement if rows <= figures.FEW else _copies

    def ours() -> float:
        with figures.stopwatch() as took:
            desk.carry_out(request)
        desk.check(request)
        return took[0]

    def bare() -> float:
        with figures.stopwatch() as took:
            limit(wanted, person, folder)
        return took[0]

    return ours, bare


def _held(person: Any) -> list[Source]:
    """What the package will hold; the limit need not find out by itself."""
    declarations = registry.current().all()
    return sources.plan_sources(declarations, discovery.discover(person))


def _one_statement(wanted: list[Source], person: Any, folder: Path) -> None:
    """All rows in one statement, JSON and CSV, written and fsynced between two committed transactions."""
    _commit_something()
    sql, params = _aggregated(wanted).bind(person)
    with connection.cursor() as cursor, files.durable(folder) as file:
        cursor.execute(sql, params)
        for json, csv in cursor.fetchall():
            file.write((json or "").encode())
            file.write((csv or "").encode())
    _commit_something()


def _aggregated(wanted: list[Source]) -> Fragment:
    return Fragment.join(
        " UNION ALL ",
        [
            Fragment(
                sql=f"SELECT (SELECT json_agg(r)::text FROM ({json.sql}) r),"
                f" (SELECT string_agg(r.line, E'\\n') FROM ({csv.sql}) r)",
                params=(*json.params, *csv.params),
            )
            for json, csv in ((sources.json_rows(one), sources.csv_lines(one)) for one in wanted)
        ],
    )


def _commit_something() -> None:
    """A transaction that has to reach the disk, as a claim and a closing must."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " VALUES ('bench', '', now()) ON CONFLICT (session_key) DO UPDATE SET expire_date = now()"
        )


def _copies(wanted: list[Source], person: Any, folder: Path) -> None:
    """Every table in a COPY of its own, once as JSON and once as CSV, from one snapshot, to a file."""
    with sources.snapshot(), files.durable(folder) as file:
        for source in wanted:
            for statement in (sources.json_copy(source), sources.csv_copy(source)):
                sql = compiler.literal(statement, person)
                with connection.cursor() as cursor, cursor.copy(sql) as rows:
                    for row in rows:
                        file.write(row)
