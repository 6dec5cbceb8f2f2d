"""The rows of a COPY in blocks, waiting for the server once a block.

psycopg runs a generator and a wait for every row, which on short rows costs ten times what libpq does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from psycopg import errors
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus
from psycopg.waiting import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn

_ROWS = 1_000


def blocks(sql: str, *, most: int = _ROWS) -> Iterator[list[memoryview]]:
    """Lists of at most so many rows, each as COPY wrote it, with its line break."""
    with connection.cursor() as cursor, cursor.copy(sql):
        session = connection.connection
        whole = True
        while whole:
            rows = session.wait(_block(session.pgconn, most))
            whole = len(rows) == most
            if rows:
                yield rows


def _block(session: PGconn, most: int) -> PQGen[list[memoryview]]:
    """The next rows; fewer than a block holds at the end, which is thereby over for the session too."""
    rows: list[memoryview] = []
    while len(rows) < most:
        size, row = session.get_copy_data(1)
        if size < 0:
            yield from _end(session)
            break
        if size == 0:
            yield from _wait(session)
        else:
            rows.append(row)
    return rows


def _wait(session: PGconn) -> PQGen[None]:
    while not (yield Wait.R):
        pass
    session.consume_input()


def _end(session: PGconn) -> PQGen[None]:
    """Take the server's last word; raises what it says went wrong on the way."""
    for result in (yield from fetch_many(session)):
        if result.status != ExecStatus.COMMAND_OK:
            raise errors.error_from_result(result)
