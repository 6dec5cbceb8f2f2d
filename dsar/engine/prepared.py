"""Run a statement over all declarations as a prepared one: its planning costs ten times what its work does."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.contract.compiler import Fragment


def rows(statement: Fragment, person: object) -> list[tuple[Any, ...]]:
    """All rows of a statement that is the same for everybody, for one person."""
    sql, params = statement.bind(person)
    if _shares_sessions():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        _preparing(),
        psycopg.Cursor(connection.connection) as own,
    ):
        return own.execute(sql, params, prepare=True).fetchall()


def _shares_sessions() -> bool:
    """Whether a pooler may send the next statement to another session, which has prepared nothing."""
    return bool(connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"])


@contextmanager
def _preparing() -> Iterator[None]:
    """Django's connections prepare nothing; this one statement is worth it."""
    session = connection.connection
    before = session.prepare_threshold
    session.prepare_threshold = 0
    try:
        yield
    finally:
        session.prepare_threshold = before
