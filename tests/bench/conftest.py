"""What the bench keeps for the next time goes with the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench_environment(child_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a process that measures; its databases are this test database's own, and dropped."""
    yield child_environment
    with connection.cursor() as cursor:
        kept = f"{connection.settings_dict['NAME']}_bench_"
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [kept])
        for (name,) in cursor.fetchall():
            gone = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            cursor.execute(gone)
