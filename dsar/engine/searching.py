"""Search every text and JSON column of the database: one COPY a table, passed through a matcher block by block.

The server does nothing but read; what is looked for never reaches it. Tables that no model knows are searched too.
"""

from __future__ import annotations

import re
import secrets
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

_PAGES = 64
_MOST_CELLS = 48
"""A function of PostgreSQL's takes a hundred arguments; a cell and its mark are two."""

Match = tuple[str, "frozenset[UUID]"]
"""A column, and the deletions that look for what stands in it."""

_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname), c.relname, pg_table_is_visible(c.oid),
       array_agg(a.attname::text ORDER BY a.attnum),
       CASE WHEN c.relkind <> 'p' AND (c.reltoastrelid = 0 OR pg_relation_size(c.reltoastrelid) = 0)
            THEN pg_relation_size(c.oid) / current_setting('block_size')::int END
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
    pages: int | None
    """How large it is; None where it must be read row by row: rows of any size, keys that are words."""


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
        _table(name, relation, columns, pages, model=known.get(relation) if is_visible else None)
        for name, relation, is_visible, columns, pages in found
    ]


def _table(
    name: str, relation: str, columns: list[str], pages: int | None, *, model: type[Model] | None
) -> Table:
    is_word = model is not None and model._meta.pk.column in columns
    return Table(
        name=name,
        label=model._meta.label if model else relation,
        model=model,
        columns=tuple(columns),
        pages=None if is_word or len(columns) > _MOST_CELLS else pages,
    )


def search(table: Table, matcher: Matcher) -> dict[str, list[Match]]:
    """By the key of each row in which something stands: in which columns, and who looks for it."""
    found: dict[str, list[Match]] = defaultdict(list)
    matches = _in_rows(table, matcher) if table.pages is None else _in_pages(table, matcher)
    for key, column, requests in matches:
        found[key].append((column, requests))
    return found


def _in_rows(table: Table, matcher: Matcher) -> Iterator[tuple[str, str, frozenset[UUID]]]:
    columns = ", ".join([_key(table), *(compiler.quote(name) for name in table.columns)])
    sql = f"COPY (SELECT {columns} FROM {table.name}) TO STDOUT WITH (ENCODING 'UTF8')"
    for rows in copying.blocks(sql):
        for row, column, requests in _matches(rows, matcher):
            yield _key_of(row), table.columns[column], requests


def _in_pages(table: Table, matcher: Matcher) -> Iterator[tuple[str, str, frozenset[UUID]]]:
    """The server sends the rows of some pages as one: handling each alone costs thrice what searching it does."""
    # Digits that no text can hold on purpose.
    digits = secrets.token_hex(2)
    marks = f"\x1f{digits}", f"\x1e{digits}"
    for (sent,) in copying.blocks(_by_pages(table, *marks), most=1):
        text = matching.fold(bytes(sent))
        for start, requests in matcher.find(text):
            if found := _place(text, start, table.columns, *map(str.encode, marks)):
                yield *found, requests


def _by_pages(table: Table, after_cell: str, between_rows: str) -> str:
    cells = ", ".join(
        f"{cell}, '{after_cell}'" for cell in (_key(table), *map(compiler.quote, table.columns))
    )
    after = f"CASE WHEN first + {_PAGES} > {table.pages} THEN 4294967295 ELSE first + {_PAGES} END"
    rows = (
        f"SELECT string_agg(concat({cells}), '{between_rows}') FROM {table.name}"
        f" WHERE ctid >= format('(%s,0)', first)::tid AND ctid < format('(%s,0)', {after})::tid"
    )
    return (
        f"COPY (SELECT ({rows}) FROM generate_series(0, {table.pages}, {_PAGES}) AS first)"
        " TO STDOUT WITH (ENCODING 'UTF8')"
    )


def _place(
    text: bytes, start: int, columns: tuple[str, ...], cell: bytes, between_rows: bytes
) -> tuple[str, str] | None:
    """Key and column of what stands here; None for the key itself, no column where the row itself holds the mark."""
    before, after = text.rfind(between_rows, 0, start), text.find(between_rows, start)
    first = before + len(between_rows) if before >= 0 else 0
    row = text[first : after if after >= 0 else len(text)]
    position = text.count(cell, first, start)
    if position == 0:
        return None
    is_plain = row.count(cell) == len(columns) + 1
    return row.split(cell, 1)[0].decode(), columns[position - 1] if is_plain else ""


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
