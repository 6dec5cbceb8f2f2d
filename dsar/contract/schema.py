"""The published JSON Schema (draft 2020-12) of a portable copy, generated from the columns it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration

_KINDS: dict[str, dict[str, Any]] = {
    "BooleanField": {"type": "boolean"},
    "IntegerField": {"type": "integer"},
    "BigIntegerField": {"type": "integer"},
    "SmallIntegerField": {"type": "integer"},
    "PositiveIntegerField": {"type": "integer"},
    "PositiveSmallIntegerField": {"type": "integer"},
    "PositiveBigIntegerField": {"type": "integer"},
    "AutoField": {"type": "integer"},
    "BigAutoField": {"type": "integer"},
    "FloatField": {"type": "number"},
    "DecimalField": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "DateTimeField": {"type": "string", "format": "date-time"},
    "DateField": {"type": "string", "format": "date"},
    "UUIDField": {"type": "string", "format": "uuid"},
    "ManyToManyField": {"type": "array"},
    "JSONField": {},
}
_REFERENCES = {"ForeignKey", "OneToOneField", "ManyToManyField"}


class Shown(Protocol):
    """A declaration with the columns that are shown of it."""

    @property
    def declaration(self) -> Declaration:
        """What is shown."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is shown of it."""


def schema_of(shown: Iterable[Shown]) -> dict[str, Any]:
    """The schema of data.json for these declarations."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Portable copy of personal data",
        "type": "object",
        "required": ["format", "reference", "right", "snapshot_at", "tables"],
        "properties": {
            "format": {"const": "dsar-data/1"},
            "reference": {"type": "string"},
            "right": {"type": "string"},
            "snapshot_at": {"type": "string", "format": "date-time"},
            "tables": {"type": "array", "items": {"oneOf": [_table(one) for one in shown]}},
        },
    }


def _table(one: Shown) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["declaration", "rows"],
        "properties": {
            "declaration": {"const": one.declaration.label},
            "rows": {"type": "array", "items": _row(one)},
        },
    }


def _row(one: Shown) -> dict[str, Any]:
    meta = one.declaration.model._meta
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in one.columns],
        "properties": {column.name: _field(meta.get_field(column.name)) for column in one.columns},
    }


def _field(field: Any) -> dict[str, Any]:
    kind = field.get_internal_type()
    if kind in _REFERENCES:
        return {"description": "The key of another row."}
    said = dict(_KINDS.get(kind, {"type": "string"}))
    if field.null and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    if field.help_text:
        said["description"] = str(field.help_text)
    return said
