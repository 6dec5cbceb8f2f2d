"""What every test needs of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations

if TYPE_CHECKING:
    from collections.abc import Sequence


def _flush_past_the_triggers(operations: DatabaseOperations, statements: Sequence[str]) -> None:
    """Empty the tables after a test; the ledger's triggers refuse TRUNCATE to everybody but a replica."""
    database = operations.connection
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def _flushable_ledger():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", _flush_past_the_triggers)
        yield
