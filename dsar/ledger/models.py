"""The ledger's tables. All but the queue only grow: entries, and the tree and checkpoints that seal them."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models
from django.db.models.functions import Cast, Now

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


class LedgerImmutableError(Exception):
    """The ledger only grows: `dsar.ledger.log.append` writes it, nothing changes it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class _ReadOnlyQuerySet(models.QuerySet[_Model_co]):
    """Reads. The database's triggers refuse too; this says so without a round trip."""

    def _refuse(self, *args: Any, **options: Any) -> NoReturn:
        raise LedgerImmutableError

    create = get_or_create = update_or_create = bulk_create = bulk_update = _refuse
    update = delete = _raw_delete = _update = _insert = _refuse


class OnlyGrows(models.Model):
    """A table of the ledger: rows are added in SQL by this room, and never changed by anybody."""

    objects = _ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse; raises LedgerImmutableError."""
        raise LedgerImmutableError

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse; raises LedgerImmutableError."""
        raise LedgerImmutableError


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


class Entry(OnlyGrows):
    """One event in past tense. `canonical` is its RFC 8785 text, the only thing that is written.

    The other columns are generated from it by the database, so that they can never say anything else.
    """

    id = models.BigAutoField(primary_key=True)
    canonical = models.TextField()
    tag = _said("tag")
    at = _said("at")
    request = _said("request", null=True)

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


class Unsealed(models.Model):
    """An entry that waits for the sealer; a trigger puts it here in the transaction that appends it.

    Whether a transaction that began earlier commits later is of no account: what waits is what stands here.
    """

    entry = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dsar_ledger_unsealed"
        verbose_name_plural = "unsealed"

    def __str__(self) -> str:
        return f"Entry {self.entry}"


class Leaf(OnlyGrows):
    """An entry's place in the tree. No foreign key: it would cost more than the hash, and proves less."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "dsar_ledger_leaf"
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"Leaf {self.index}"


class Node(OnlyGrows):
    """A complete node above the leaves; only every eighth level is kept, the others are hashed from it."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "dsar_ledger_node"
        constraints = [
            models.UniqueConstraint(fields=["level", "position"], name="dsar_node_place"),
        ]

    def __str__(self) -> str:
        return f"Node {self.position} on level {self.level}"


class Checkpoint(OnlyGrows):
    """The tree after one sealing: its root, its peaks to go on from, and the signed note that says so."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    peaks = models.BinaryField()
    note = models.TextField()
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dsar_ledger_checkpoint"

    def __str__(self) -> str:
        return f"Checkpoint at {self.size}"


class Placement(OnlyGrows):
    """A checkpoint that stands in a second place; `place` is the SHA-256 of how the setting names it."""

    id = models.BigAutoField(primary_key=True)
    place = models.CharField(max_length=64)
    size = models.BigIntegerField()
    placed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dsar_ledger_placement"
        constraints = [
            models.UniqueConstraint(fields=["place", "size"], name="dsar_placement_once"),
        ]

    def __str__(self) -> str:
        return f"Checkpoint at {self.size} in {self.place[:8]}"
