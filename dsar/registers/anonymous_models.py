"""The register of data sets that were made anonymous: none of its tables points at a person whose data it was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import about_a_person
from dsar.registers.recipient_models import RecipientRecord


class AnonymousSet(models.Model):
    """A data set in which nobody can be found again; the set itself is kept elsewhere (R90)."""

    name = models.CharField(max_length=200, unique=True)
    content = models.TextField()
    """What it says, and of how many."""
    method = models.TextField()
    """How it was made: what was left out, made coarse, or counted."""
    review_on = models.DateField()
    """The day on which it is looked at again; from then on it is not free any more."""
    entered_by = about_a_person(null=True)
    entered_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_anonymousset"
        verbose_name = "anonymous data set"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class RelinkTest(models.Model):
    """That somebody tried to find people in a data set, and what they found."""

    dataset = models.ForeignKey(AnonymousSet, on_delete=models.PROTECT, related_name="tests")
    digest = models.CharField(max_length=64)
    """SHA-256 of the file that was looked at; the file is not kept."""
    rows = models.PositiveIntegerField()
    columns = models.JSONField(default=list)
    smallest = models.PositiveIntegerField()
    """How many rows are alike at least: one means that somebody stands alone."""
    linked = models.PositiveIntegerField()
    """How many values lead to somebody whose data is held."""
    weighed = models.TextField()
    """With what other data somebody could be found again, and why not."""
    passed = models.BooleanField()
    tested_by = about_a_person(null=True)
    tested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_relinktest"
        default_permissions = ()
        ordering = ["-tested_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=False) | Q(linked=0, smallest__gt=1),
                name="dsar_relink_passed_found_nobody",
            )
        ]

    def __str__(self) -> str:
        return f"test {self.pk}"


class AnonymousShare(models.Model):
    """That somebody outside got a data set."""

    dataset = models.ForeignKey(AnonymousSet, on_delete=models.PROTECT, related_name="shares")
    recipient = models.ForeignKey(RecipientRecord, on_delete=models.PROTECT, related_name="+")
    shared_by = about_a_person(null=True)
    shared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_anonymousshare"
        default_permissions = ()
        ordering = ["-shared_at", "-id"]

    def __str__(self) -> str:
        return f"share {self.pk}"
