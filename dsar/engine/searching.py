"""Search every text and JSON column of the database: one COPY a table, passed through a matcher block by block.

The server does nothing but read; what is looked for never reaches it. Tables that no model knows are searched too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection

from dsar.contract import compiler
from dsar.engine import copying, matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import Model

    from dsar.engine.matching import Matcher

_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}

Match = tuple[str, "frozenset[UUID]"]
"""A column, and the deletions that look for what stands in it."""

_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname), c.relname, pg_table_is_visible(c.oid),
       array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND c.relispopulated
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  AND t.typcategory IN ('A', 'C', 'S', 'U', 'X') AND t.typname NOT IN ('uuid', 'bytea')
GROUP BY n.nspname, c.oid, c.relname
ORDER BY 1
"""
"""Left out are types that hold no words (numbers, times, booleans, addresses, UUIDs) and bytes, which are sealed."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table and those of its columns that can hold words."""

    name: str
    """With its schema, quoted."""
    label: str
    """The model's label, or the table's name where no model knows it."""
    model: type[Model] | None
    columns: tuple[str, ...]


def tables() -> list[Table]:
    """Every table that can hold words and that this role may read."""
    known = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = cursor.fetchall()
    return [
        _table(name, relation, columns, model=known.get(relation) if is_visible else None)
        for name, relation, is_visible, columns in found
    ]


def _table(name: str, relation: str, columns: list[str], *, model: type[Model] | None) -> Table:
    label = model._meta.label if model else relation
    return Table(name=name, label=label, model=model, columns=tuple(columns))


def search(table: Table, matcher: Matcher) -> dict[str, list[Match]]:
    """By the key of each row in which something stands: in which columns, and who looks for it."""
    found: dict[str, list[Match]] = defaultdict(list)
    for rows in copying.blocks(_copy(table)):
        for row, column, requests in _matches(rows, matcher):
            found[_key_of(row)].append((table.columns[column], requests))
    return found


def _copy(table: Table) -> str:
    columns = ", ".join([_key(table), *(compiler.quote(name) for name in table.columns)])
    return f"COPY (SELECT {columns} FROM {table.name}) TO STDOUT WITH (ENCODING 'UTF8')"


def _key(table: Table) -> str:
    """The primary key, or where the row lies where there is none of one column."""
    column = table.model._meta.pk.column if table.model else None
    return compiler.quote(column) if column else "ctid"


def _matches(
    rows: list[memoryview], matcher: Matcher
) -> Iterator[tuple[memoryview, int, frozenset[UUID]]]:
    """Row, position of the column, and who looks for what stands there."""
    text = matching.fold(b"".join(rows))
    line, reached = 0, 0
    for start, requests in sorted(matcher.find(text), key=itemgetter(0)):
        line += text.count(b"\n", reached, start)
        reached = start
        tabs = text.count(b"\t", text.rfind(b"\n", 0, start) + 1, start)
        if tabs:
            yield rows[line], tabs - 1, requests


def _key_of(row: memoryview) -> str:
    """The first cell; COPY writes a backslash before what it would take for its own."""
    cell = bytes(row).split(b"\t", 1)[0].decode()
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), cell)
