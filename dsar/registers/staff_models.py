"""What staff undertook and learnt, and that access and security were looked at again (R186, R193, R194)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dsar.registers.models import about_a_person


class StaffRecord(models.Model):
    """That somebody undertook confidentiality, or was trained, on a day, and until when that counts."""

    class Kind(models.TextChoices):
        UNDERTAKING = "undertaking", "Confidentiality undertaking"
        TRAINING = "training", "Training"

    member = about_a_person()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    done_on = models.DateField()
    valid_until = models.DateField()
    evidence = models.CharField(max_length=200)
    """Where the signed paper or the certificate is."""
    entered_by = about_a_person()
    entered_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was taken back before its time: entered wrongly, or the person was released from their work."""

    class Meta:
        db_table = "dsar_registers_staffrecord"
        default_permissions = ()
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["undertaking", "training"]), name="dsar_staff_kind"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("done_on")), name="dsar_staff_until"
            ),
        ]
        indexes = [
            models.Index(
                fields=["member", "valid_until"],
                condition=Q(ended_at__isnull=True),
                name="dsar_staff_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class HouseReview(models.Model):
    """That somebody looked again at who has access, how data is protected or how long it is kept, and signed for it."""

    class Kind(models.TextChoices):
        ACCESS = "access", "Access rights"
        SECURITY = "security", "Security"
        RETENTION = "retention", "Retention schedule"
        OVERWRITTEN = "overwritten", "What was overwritten"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    findings = models.TextField()
    signed_by = about_a_person()
    signed_at = models.DateTimeField(default=timezone.now)
    next_on = models.DateField()
    covered = models.JSONField(default=dict, blank=True)
    """Of a review of the retention schedule: a digest of what each line said, by declaration."""

    class Meta:
        db_table = "dsar_registers_housereview"
        default_permissions = ()
        ordering = ["-signed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["access", "security", "retention", "overwritten"]),
                name="dsar_house_review_kind",
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.kind} {self.pk}"
