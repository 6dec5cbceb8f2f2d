"""Tables without indexes and foreign keys for the length of a block: a bulk load is several times faster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OWNED = """
SELECT bool_and(pg_has_role(current_user, relowner, 'USAGE'))
FROM pg_class WHERE oid = ANY(%s::regclass[])
"""
_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u')
ORDER BY contype = 'f' DESC, conname
"""
_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY indexrelid::regclass::text
"""


def may_strip(tables: Sequence[str]) -> bool:
    """Whether the role that is logged in owns the tables; the application's role does not."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNED, [list(tables)])
        row = cursor.fetchone()
    return bool(row and row[0])


@contextmanager
def stripped(tables: Sequence[str]) -> Iterator[None]:
    """Take indexes and foreign keys off and put the same ones back; call it inside a transaction."""
    found = _rows(_CONSTRAINTS, tables) + _rows(_INDEXES, tables)
    _run([drop for drop, _ in found])
    yield
    # Unique constraints and indexes first: a foreign key is checked by them.
    _run([create for _, create in reversed(found)])


def _rows(query: str, tables: Sequence[str]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [list(tables)])
        return [(str(drop), str(create)) for drop, create in cursor.fetchall()]


def _run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
