"""Stop another process at a chosen place, for as long as a test wants, so that it can be killed right there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from config.embedded import daemons

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper

_DOOR = 20_260_101
"""The number of the advisory lock at which whoever is stopped waits."""
_WAIT = f"""
CREATE FUNCTION test_wait() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({_DOOR}); RETURN coalesce(NEW, OLD); END $$
"""


@contextmanager
def at_row(operation: str, table: str, *, when: str = "TRUE") -> Iterator[None]:
    """A block in which every other session stops before it does this to a row of the table."""
    with _another_session() as other, connection.cursor() as cursor:
        other.cursor().execute(f"SELECT pg_advisory_lock({_DOOR})")
        cursor.execute(_WAIT)
        cursor.execute(
            f"CREATE TRIGGER test_wait BEFORE {operation} ON {table}"
            f" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION test_wait()"
        )
        try:
            yield
        finally:
            # Whoever waits goes on once this session ends: a killed worker's statements run to their end.
            other.close()
            with connection.cursor() as later:
                later.execute("DROP FUNCTION test_wait() CASCADE")


@contextmanager
def at_file(path: Path) -> Iterator[None]:
    """A block in which whoever reads this file stops in the middle of it."""
    contents = path.read_bytes()
    path.unlink()
    os.mkfifo(path)
    try:
        yield
    finally:
        path.unlink()
        path.write_bytes(contents)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A block that begins once somebody reads the stopped file, and in which they wait for more of it."""
    opened: list[int] = []

    def is_read() -> bool:
        try:
            opened.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    daemons.wait_until(is_read, seconds=60, what="the reader of a file")
    try:
        yield
    finally:
        os.close(opened[0])


def wait_until_stopped() -> None:
    """Return once another session of this database waits for a lock."""
    daemons.wait_until(lambda: bool(stopped()), seconds=60, what="a session that waits for a lock")


def stopped() -> list[int]:
    """The sessions of this database that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def _another_session() -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()
