"""Files that go with a deletion: the intention is committed with the rows, the removal follows and is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.core.files.storage import storages
from django.db import connection
from django.db.models import FileField

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.crashpoints import effect
from dsar.engine import erasing
from dsar.engine.erasing import Statement
from dsar.engine.models import Removal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.core.files.storage import Storage

    from dsar.contract.declarations import Declaration

_BATCH = 500


def intentions(declarations: Iterable[Declaration], reference: UUID) -> list[Statement]:
    """The statement, if there is one, that notes every file of these rows; it runs before the rows are touched."""
    files = [
        _files(declaration, field, reference)
        for declaration in declarations
        for field in erasing.file_fields(declaration)
    ]
    every = Fragment.join(" UNION ALL ", files)
    noting = Fragment(
        sql="INSERT INTO dsar_engine_removal (request_reference, field, name)"
        f" {every.sql} ON CONFLICT DO NOTHING",
        params=every.params,
    )
    return [Statement(label="", fragment=noting)] if files else []


def _files(declaration: Declaration, field: FileField, reference: UUID) -> Fragment:
    where = compiler.condition(declaration)
    column = compiler.column(declaration, field)
    label = f"{declaration.model._meta.label}.{field.name}"
    return Fragment(
        sql=f"SELECT %s::uuid, %s, {column} FROM {compiler.table(declaration)}"
        f" WHERE {where.sql} AND {column} <> ''",
        params=(reference, label, *where.params),
    )


def carry_out(reference: UUID) -> int:
    """Remove every noted file and strike it off; returns how many. A file already gone counts as removed.

    A batch is struck off together: whoever was killed in the middle of one removes its files again, which does nothing.
    """
    removed, found = 0, _BATCH
    while found == _BATCH:
        batch = _noted(reference)
        for removal in batch:
            with effect("file.remove"):
                _storage(removal.field).delete(removal.name)
        _strike_off(batch)
        found = len(batch)
        removed += found
    return removed


@effect("file.strike_off")
def _strike_off(removals: list[Removal]) -> None:
    if removals:
        # The ORM would open a transaction for it, which is two statements more.
        with connection.cursor() as cursor:
            keys = [removal.pk for removal in removals]
            cursor.execute("DELETE FROM dsar_engine_removal WHERE id = ANY(%s)", [keys])


def _noted(reference: UUID) -> list[Removal]:
    return list(Removal.objects.filter(request_reference=reference).order_by("pk")[:_BATCH])


def _storage(label: str) -> Storage:
    """The storage of a file field, or the one that the model names for a column which is none."""
    model, _, name = label.rpartition(".")
    field = apps.get_model(model)._meta.get_field(name)
    if isinstance(field, FileField):
        return field.storage
    return storages[field.model.stored_in[name]]
