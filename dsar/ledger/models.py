"""One entry of the ledger: its canonical bytes, and columns that PostgreSQL generates from them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models.functions import Cast


class LedgerImmutableError(Exception):
    """The ledger only grows: `dsar.ledger.log.append` writes it, nothing changes it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class _ReadOnlyQuerySet(models.QuerySet["Entry"]):
    """Reads entries. The database's triggers refuse too; this says so without a round trip."""

    def _refuse(self, *args: Any, **options: Any) -> NoReturn:
        raise LedgerImmutableError

    create = get_or_create = update_or_create = bulk_create = bulk_update = _refuse
    update = delete = _raw_delete = _update = _insert = _refuse


def _said(key: str, *, null: bool = False) -> models.GeneratedField:
    """A column that repeats one member of the canonical text."""
    return models.GeneratedField(
        expression=models.Func(
            Cast("canonical", models.JSONField()),
            models.Value(key),
            function="jsonb_extract_path_text",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(null=null),
        db_persist=True,
    )


class Entry(models.Model):
    """One event in past tense. `canonical` is its RFC 8785 text, the only thing that is written.

    The other columns are generated from it by the database, so that they can never say anything else.
    """

    id = models.BigAutoField(primary_key=True)
    canonical = models.TextField()
    tag = _said("tag")
    at = _said("at")
    request = _said("request", null=True)

    objects = _ReadOnlyQuerySet.as_manager()

    class Meta:
        db_table = "dsar_ledger_entry"
        verbose_name_plural = "entries"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["request", "id"], name="dsar_entry_request"),
            models.Index(fields=["tag", "id"], name="dsar_entry_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} at {self.at}"

    def save(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse; raises LedgerImmutableError."""
        raise LedgerImmutableError

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse; raises LedgerImmutableError."""
        raise LedgerImmutableError
