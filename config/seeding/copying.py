"""Rows into tables by COPY, and who hands out their keys."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model

_ROWS_A_WRITE = 250
"""Small, for a thousand batches may wait in the queue."""
_SETTLE = """
SELECT CASE WHEN has_sequence_privilege(sequence, 'UPDATE')
            THEN setval(sequence, %(next)s, false)
            ELSE (SELECT max(drawn) FROM (
                SELECT nextval(sequence) AS drawn FROM generate_series(1, %(taken)s)
            ) AS draws)
       END
FROM CAST(pg_get_serial_sequence(%(table)s, 'id') AS regclass) AS sequence
"""


class Keys:
    """Primary keys in the order of the rows, beginning after what the tables already hold."""

    def __init__(self, models: Iterable[type[Model]]) -> None:
        self._first = {model: _highest(model) + 1 for model in models}
        self._next = dict(self._first)

    def take(self, model: type[Model], count: int = 1) -> range:
        """The next keys of a table."""
        start = self._next[model]
        self._next[model] = start + count
        return range(start, start + count)

    def settle(self) -> None:
        """Let the tables' sequences go on after the last key.

        The application's role may draw from a sequence but not set it: it draws as often as keys were taken.
        """
        with connection.cursor() as cursor:
            for model, following in self._next.items():
                taken = following - self._first[model]
                cursor.execute(
                    _SETTLE, {"table": model._meta.db_table, "next": following, "taken": taken}
                )


class Copier:
    """Writes rows, already in COPY's text format, and counts them."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()

    def write(self, model: type[Model], columns: Sequence[str], lines: Iterable[str]) -> None:
        """COPY the lines, each with its line feed, into the model's columns."""
        with connection.cursor() as cursor:
            raw: Any = cursor.cursor
            # The queue lets the server store one batch while Python makes the next.
            with raw.copy(_statement(model, columns), writer=QueuedLibpqWriter(raw)) as copy:
                remaining = iter(lines)
                while batch := list(islice(remaining, _ROWS_A_WRITE)):
                    copy.write("".join(batch))
                    self.rows[model._meta.label] += len(batch)


def _statement(model: type[Model], columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def _highest(model: type[Model]) -> int:
    rows = model._base_manager
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
