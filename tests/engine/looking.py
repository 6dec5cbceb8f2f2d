"""Look at everything the database holds, as somebody would who does not trust the code."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection


def text_of(table: str) -> str:
    """All rows of a table as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t")
        return str(cursor.fetchone()[0])


def tables() -> list[str]:
    """Every table of every installed model, with the quotes it needs."""
    models = apps.get_models(include_auto_created=True)
    return sorted(
        {connection.ops.quote_name(model._meta.db_table) for model in models if model._meta.managed}
    )


def places_of(canary: str) -> list[str]:
    """The tables in which a text stands."""
    return [table for table in tables() if canary in text_of(table)]


def rows_of(table: str, where: str, *params: Any) -> list[str]:
    """The rows that a condition selects, each as the server writes it, in order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t WHERE {where} ORDER BY 1", params)
        return [row for (row,) in cursor.fetchall()]
