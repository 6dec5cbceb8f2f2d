"""The tests' tables as the migrations left them, and the quick way back after a test that committed.

Django's own way, a TRUNCATE of every table and every `post_migrate` handler once more, takes a second or two
a test, and gives content types new keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT = "as_migrated"
# Beyond this a TRUNCATE is quicker than a DELETE, and leaves the next test no dead rows.
_LARGE_BYTES = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Every table, and for those that the migrations filled the columns that can be written."""

    tables: tuple[str, ...]
    filled: dict[str, str]


def keep() -> Kept:
    """Copy what the migrations and their handlers wrote; once, before the first test."""
    tables = tuple(
        connection.introspection.django_table_names(only_existing=True, include_views=False)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {_KEPT}")
        filled = {table: _columns(table) for table in tables if _has_rows(table)}
        for table, columns in filled.items():
            cursor.execute(
                f"CREATE TABLE {_KEPT}.{_quote(table)} AS SELECT {columns} FROM {_quote(table)}"
            )
        # A test database need not outlive the machine.
        cursor.execute(
            f"ALTER DATABASE {_quote(connection.settings_dict['NAME'])} SET synchronous_commit = off"
        )
        cursor.execute("SET synchronous_commit = off")
    return Kept(tables=tables, filled=filled)


def rewind(kept: Kept) -> None:
    """Make every table what it was when `keep` was called; the sequences go on."""
    with transaction.atomic(), connection.cursor() as cursor:
        # No trigger, guard or foreign key stands in the way, in this transaction only.
        cursor.execute("SET LOCAL session_replication_role = replica")
        used = _used(kept.tables)
        large = [table for table, size in used.items() if size > _LARGE_BYTES]
        if large:
            cursor.execute(f"TRUNCATE {', '.join(map(_quote, large))} CASCADE")
        cursor.execute(";".join(_statements(kept, [table for table in used if table not in large])))
    ContentType.objects.clear_cache()


def _statements(kept: Kept, used: Sequence[str]) -> list[str]:
    refilled = [
        f"INSERT INTO {_quote(table)} ({columns}) SELECT {columns} FROM {_KEPT}.{_quote(table)}"
        for table, columns in kept.filled.items()
    ]
    return [*(f"DELETE FROM {_quote(table)}" for table in used), *refilled]


def _used(tables: Sequence[str]) -> dict[str, int]:
    """The tables that ever had a row, with their sizes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_size(oid) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"
            " AND pg_relation_size(oid) > 0",
            [list(tables)],
        )
        return dict(cursor.fetchall())


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_quote(table)})")
        return bool(cursor.fetchone()[0])


def _columns(table: str) -> str:
    """The columns that an INSERT may name: not those that the server computes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [_quote(table)],
        )
        return ", ".join(_quote(name) for (name,) in cursor.fetchall())


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
