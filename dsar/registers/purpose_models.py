"""Assessments of purposes that rest on an interest weighed against the person's, and who signed them (R200)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dsar.registers.models import Purpose, about_a_person


class Assessment(models.Model):
    """Why an interest outweighs what it does to people. Written once; whoever thinks otherwise writes another."""

    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="assessments")
    basis = models.CharField(max_length=30)
    """The legal basis that was assessed; an assessment of another one counts for nothing."""
    benefit = models.TextField()
    necessity = models.TextField()
    balance = models.TextField()
    review_on = models.DateField()
    written_by = about_a_person()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_assessment"
        default_permissions = ()
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"assessment {self.pk}"


class Signature(models.Model):
    """One of the three names under an assessment: each another office and another person."""

    class Office(models.TextChoices):
        BUSINESS = "business", "Whoever answers for the use"
        LEGAL = "legal", "Legal counsel"
        OFFICER = "officer", "Data protection officer"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="signatures")
    office = models.CharField(max_length=20, choices=Office.choices)
    signed_by = about_a_person()
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_signature"
        default_permissions = ()
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "office"], name="dsar_signature_one_an_office"
            ),
            models.UniqueConstraint(
                fields=["assessment", "signed_by"], name="dsar_signature_one_a_person"
            ),
            models.CheckConstraint(
                condition=models.Q(office__in=["business", "legal", "officer"]),
                name="dsar_signature_office_known",
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"
