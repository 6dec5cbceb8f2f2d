"""Rows of a register from rows of other tables, in one statement however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


def insert_missing(model: type[Model], fields: list[str], rows: QuerySet[Any]) -> int:
    """Write a row for each one found, its values in the order of `fields`; how many are new.

    Whatever stands there stays as it is. Works in the caller's transaction.
    """
    try:
        query, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    quote = connection.ops.quote_name
    known: Any = model._meta
    columns = ", ".join(quote(known.get_field(name).column) for name in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {query} ON CONFLICT DO NOTHING",
            parameters,
        )
        return int(cursor.rowcount)
