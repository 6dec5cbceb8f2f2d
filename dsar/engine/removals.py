"""Files that go with a deletion: the intention is committed with the rows, the removal follows and is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.apps import apps

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.crashpoints import effect
from dsar.engine import erasing
from dsar.engine.erasing import Statement
from dsar.engine.models import Removal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import FileField

    from dsar.contract.declarations import Declaration


def intentions(declarations: Iterable[Declaration], reference: UUID) -> list[Statement]:
    """Statements that note every file of these rows; they run before the rows are touched."""
    return [
        Statement(label="", fragment=_note(declaration, field, reference))
        for declaration in declarations
        for field in erasing.file_fields(declaration)
    ]


def _note(declaration: Declaration, field: FileField, reference: UUID) -> Fragment:
    where = compiler.condition(declaration)
    column = compiler.column(declaration, field)
    label = f"{declaration.model._meta.label}.{field.name}"
    return Fragment(
        sql="INSERT INTO dsar_engine_removal (request_reference, field, name)"
        f" SELECT %s, %s, {column} FROM {compiler.table(declaration)}"
        f" WHERE {where.sql} AND {column} <> '' ON CONFLICT DO NOTHING",
        params=(reference, label, *where.params),
    )


def carry_out(reference: UUID) -> int:
    """Remove every noted file and strike it off; returns how many. A file already gone counts as removed."""
    removed = 0
    for removal in Removal.objects.filter(request_reference=reference).order_by("pk").iterator():
        with effect("file.remove"):
            _field(removal.field).storage.delete(removal.name)
        with effect("file.strike_off"):
            removal.delete()
        removed += 1
    return removed


def _field(label: str) -> FileField:
    model, _, name = label.rpartition(".")
    return cast("FileField", apps.get_model(model)._meta.get_field(name))
