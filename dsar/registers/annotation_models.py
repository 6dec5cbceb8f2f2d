"""The table of annotations: what a person disputes, noted beside the record that says it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from dsar.registers.models import about_a_person


class Annotation(models.Model):
    """What a person wanted a field to say, and in their own words why (PDPA s 22(5); GDPR Art. 16)."""

    class Kind(models.TextChoices):
        REFUSED = "refused", "Correction refused"
        DISPUTED = "disputed", "Corrected here, and the source is disputed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = about_a_person(null=True, blank=True)
    address = models.CharField(max_length=254, blank=True)
    """The verified address of a person without account; empty where `subject` says who it is."""
    name = models.CharField(max_length=200, blank=True)
    """Their name, by which whoever shares the address is told apart."""
    declaration = models.CharField(max_length=120)
    row = models.CharField(max_length=64)
    field = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    wanted = models.TextField(blank=True)
    """What the field should say, as the person asked for it."""
    source = models.CharField(max_length=200, blank=True)
    """The register or other source that the value came from; only it can change its own record."""
    statement = models.TextField(blank=True)
    """The person's own words, which they may change at any time."""
    request_reference = models.UUIDField(null=True, blank=True)
    noted_at = models.DateTimeField(default=timezone.now)
    stated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_annotation"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "row", "field", "subject", "address"],
                nulls_distinct=False,
                name="dsar_annotation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["refused", "disputed"]),
                name="dsar_annotation_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="dsar_annotation_subject"),
            models.Index(fields=["address"], name="dsar_annotation_address"),
        ]

    def __str__(self) -> str:
        return f"annotation of {self.declaration}.{self.field}"
