"""One batch of a run as one statement: the rows go, their files are noted, and what pointed at them lets go.

Rows are picked by their place in the table (ctid). Whoever changes a row meanwhile moves it, so that it is no longer
the row that was found due, and stays. Between two pages the server itself asks again of a row that was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import FileField, TextField
from django.db.models.expressions import RawSQL

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.contract.declarations import Erase
from dsar.contract.vocabulary import Row
from dsar.duties.retention import due

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Field

    from dsar.duties.retention.due import Day
    from dsar.duties.retention.schedule import Unit


def carry_out(unit: Unit, *, where: Fragment, reference: UUID) -> int:
    """Have the rows go that a condition names, in the caller's transaction; how many went."""
    statement = batch(unit, where=where, reference=reference)
    with connection.cursor() as cursor:
        sql, params = statement.bind(None)
        cursor.execute(sql, params)
        (rows,) = cursor.fetchone() if cursor.description else (cursor.rowcount,)
    return int(rows)


def batch(unit: Unit, *, where: Fragment, reference: UUID) -> Fragment:
    """The statement: a bare DELETE or UPDATE; where files or references hang on the rows, with what follows."""
    write = _delete if unit.action is Row.DELETED else _update
    files, following = _files(unit), _following(unit)
    gone = write(unit, where, files)
    if not files and not following:
        return gone
    parts = [Fragment(sql=f"gone AS ({gone.sql})", params=gone.params)]
    if files:
        parts.append(_noting(unit, files, reference))
    parts += [Fragment(sql=f"after{place} AS ({sql})") for place, sql in enumerate(following)]
    whole = Fragment.join(", ", parts)
    return Fragment(sql=f"WITH {whole.sql} SELECT count(*) FROM gone", params=whole.params)


def has_files(unit: Unit) -> bool:
    """Whether files may go with the rows."""
    return bool(_files(unit))


def _table(unit: Unit) -> str:
    return compiler.quote(unit.model._meta.db_table)


def between(unit: Unit, pages: tuple[int, int], *, where: Fragment) -> Fragment:
    """The rows on some pages, up to before the second, of which a condition is true."""
    first, end = (f"({page},0)" for page in pages)
    place = f"{_table(unit)}.ctid"
    return Fragment(
        sql=f"{place} >= %s::tid AND {place} < %s::tid AND {where.sql}",
        params=(first, end, *where.params),
    )


def picked(unit: Unit, *, of: Day, most: int) -> Fragment:
    """At most so many rows that are due, wherever they lie."""
    place = RawSQL(f"{_table(unit)}.ctid", (), output_field=TextField())
    found = due.let_go(unit, of=of).annotate(retention_place=place).values_list("retention_place")
    sql, params = found[:most].query.get_compiler(connection=connection).as_sql()
    return Fragment(sql=f"{_table(unit)}.ctid = ANY(ARRAY({sql}))", params=tuple(params))


def _delete(unit: Unit, picked: Fragment, files: list[Field[Any, Any]]) -> Fragment:
    returned = _returned(unit, files) if files or _following(unit) else ""
    return Fragment(
        sql=f"DELETE FROM {_table(unit)} WHERE {picked.sql}{returned}", params=picked.params
    )


def _returned(unit: Unit, files: list[Field[Any, Any]], *, of: str = "") -> str:
    """The key of each row that went, and the names of its files as they were."""
    owner = of or _table(unit)
    names = [
        f"{owner}.{compiler.quote(compiler.column_name(field))} AS file{place}"
        for place, field in enumerate(files)
    ]
    return f" RETURNING {', '.join([f'{compiler.own_column(unit.model._meta.pk)} AS key', *names])}"


def _update(unit: Unit, picked: Fragment, files: list[Field[Any, Any]]) -> Fragment:
    written = compiler.overwrites(unit.declarations[0])
    values = Fragment.join(
        ", ",
        (
            Fragment(sql=f"{compiler.quote(column)} = {value.sql}", params=value.params)
            for column, value, _ in written
        ),
    )
    if not files and not _following(unit):
        return Fragment(
            sql=f"UPDATE {_table(unit)} SET {values.sql} WHERE {picked.sql}",
            params=(*values.params, *picked.params),
        )
    # Joined to itself, because only the old row still says what its files are called.
    old = f"SELECT {_table(unit)}.ctid AS place, {_table(unit)}.* FROM {_table(unit)} WHERE {picked.sql}"
    return Fragment(
        sql=f"UPDATE {_table(unit)} SET {values.sql} FROM ({old}) old"
        f" WHERE {_table(unit)}.ctid = old.place{_returned(unit, files, of='old')}",
        params=(*values.params, *picked.params),
    )


def _files(unit: Unit) -> list[Field[Any, Any]]:
    """The columns that name files which go."""
    treated, named = unit.declarations[0].fields, getattr(unit.model, "stored_in", {})
    return [
        field
        for field in unit.model._meta.concrete_fields
        if (isinstance(field, FileField) or field.name in named)
        and (unit.action is Row.DELETED or isinstance(treated.get(field.name), Erase))
    ]


def _noting(unit: Unit, files: list[Field[Any, Any]], reference: UUID) -> Fragment:
    noted = Fragment.join(
        " UNION ALL ",
        (
            Fragment(
                sql=f"SELECT %s::uuid, %s, file{place} FROM gone WHERE file{place} <> ''",
                params=(reference, f"{unit.model._meta.label}.{field.name}"),
            )
            for place, field in enumerate(files)
        ),
    )
    return Fragment(
        sql="noted AS (INSERT INTO dsar_engine_removal (request_reference, field, name)"
        f" {noted.sql} ON CONFLICT DO NOTHING)",
        params=noted.params,
    )


def _following(unit: Unit) -> list[str]:
    """What else is written for the rows that went: links of many-to-many fields, and references that are emptied."""
    treated = unit.declarations[0].fields
    links = [
        f"DELETE FROM {compiler.quote(field.m2m_db_table())}"
        f" WHERE {compiler.quote(field.m2m_column_name())} IN (SELECT key FROM gone)"
        for field in unit.model._meta.local_many_to_many
        if (unit.action is Row.DELETED or isinstance(treated.get(field.name), Erase))
    ]
    if unit.action is not Row.DELETED:
        return links
    emptied = [
        f"UPDATE {compiler.quote(key.model._meta.db_table)} SET {compiler.quote(key.column)} = NULL"
        f" WHERE {compiler.quote(key.column)} IN (SELECT key FROM gone)"
        for key in due.letting_go(unit.model)
    ]
    return [*links, *emptied]
