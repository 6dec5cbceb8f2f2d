"""What a row says in a column as a text, in which a reviewer can mark passages; JSON is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import FieldDoesNotExist
from django.db.models import JSONField

from dsar.cases import structured
from dsar.contract import compiler
from dsar.engine import sources

if TYPE_CHECKING:
    from django.db.models import Model

    from dsar.contract.compiler import Column


def is_structured(model: type[Model], column: Column) -> bool:
    """Whether the column itself holds JSON."""
    try:
        field = model._meta.get_field(column.name)
    except FieldDoesNotExist:
        return False
    return isinstance(field, JSONField) and compiler.reader(column.treatment) is None


def words(row: Model, column: Column) -> str:
    """The text; empty where nothing is said."""
    value = sources.value(row, column)
    if is_structured(type(row), column):
        return structured.written(value) if value not in (None, "", [], {}) else ""
    return value if isinstance(value, str) else ""
