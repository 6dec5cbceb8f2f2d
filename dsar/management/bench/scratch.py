"""Databases of the bench's own: one seeded and kept for each number of users, and copies of it to spend.

Nothing is measured in the database that the project is configured for: a deletion is only measured by deleting.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import psycopg
from django.core.management import CommandError, call_command, get_commands
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def copy_of(users: int) -> Iterator[None]:
    """Point Django at a fresh copy of the seeded database for so many users; dropped at the end.

    Every copy starts with the same pages on disk, so that what ours and the limit leave behind is compared fairly.
    """
    seeded, spent = f"{_prefix()}_{users}", f"{_prefix()}_run_{os.getpid()}"
    _prepare(seeded, users)
    with _copied(seeded, spent):
        yield


@contextmanager
def copied() -> Iterator[None]:
    """Point Django at a copy of what it is pointed at; dropped at the end.

    Copying writes everything to disk first: whoever works on a copy finds no page as it was left in memory.
    """
    with _copied(name(), f"{name()}_copy"):
        yield


@contextmanager
def _copied(source: str, spent: str) -> Iterator[None]:
    _create(spent, template=source)
    try:
        with _pointed_at(spent):
            yield
    finally:
        _drop(spent)


@lru_cache(maxsize=1)
def _prefix() -> str:
    """Begins with the name of the project's database, before anything is pointed elsewhere: each has its own copies."""
    return f"{name()}_bench"


def name() -> str:
    """The database that Django is pointed at."""
    return str(connection.settings_dict["NAME"])


@lru_cache(maxsize=8)
def _prepare(database: str, users: int) -> None:
    """Seed it where it is not there yet; bring the tables of an earlier one up to date."""
    if not _exists(database):
        _seed(database, users)
        return
    with _pointed_at(database):
        call_command("migrate", verbosity=0, interactive=False)


def _seed(database: str, users: int) -> None:
    """Migrate and fill a new database by the project's own `seed` command; it gets its name when it is whole."""
    if "seed" not in get_commands():
        message = (
            "The bench fills its database by a command `seed --users N`, which this project lacks."
        )
        raise CommandError(message)
    unfinished = f"{database}_unfinished"
    _create(unfinished, template="template0")
    with _pointed_at(unfinished):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("seed", users=users, stdout=io.StringIO())
    _run(f'ALTER DATABASE "{unfinished}" RENAME TO "{database}"')


def _exists(database: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        return cursor.fetchone() is not None


def _create(database: str, *, template: str) -> None:
    _drop(database)
    try:
        _run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    except psycopg.errors.InsufficientPrivilege as error:
        message = f"The bench needs databases of its own: {error}. Give the owner's role CREATEDB."
        raise CommandError(message) from error


def _drop(database: str) -> None:
    _run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _run(statement: str) -> None:
    """Neither CREATE nor DROP DATABASE runs in a transaction, nor in the database it speaks of."""
    connection.ensure_connection()
    connection.connection.execute(statement)


@contextmanager
def _pointed_at(database: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
