"""Reports that data of a minor is held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import about_a_person


class MinorReport(models.Model):
    """That somebody reported a minor's data, what staff found, and until when the account stands locked (R138).

    While it is confirmed and not ended, the gate lets nothing be done with the account's data but what the law demands.
    """

    class Finding(models.TextChoices):
        CONFIRMED = "confirmed", "It is a minor's"
        UNFOUNDED = "unfounded", "It is not, or nothing shows it"

    case_reference = models.UUIDField(unique=True)
    subject = about_a_person(null=True, blank=True)
    """The account, once staff confirmed that it is a minor's."""
    reported_at = models.DateTimeField(default=timezone.now)
    triage_on = models.DateField()
    """The day on which staff look at it: that of the report."""
    target_on = models.DateField()
    """The day by which the data is to be gone."""
    finding = models.CharField(max_length=20, choices=Finding.choices, blank=True)
    shown = models.CharField(max_length=30, blank=True)
    """What was shown: a kind of authority, never a copy of it."""
    triaged_by = about_a_person(null=True, blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    ended_by = about_a_person(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_registers_minorreport"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(finding="", triaged_at__isnull=True, subject__isnull=True)
                | Q(finding="unfounded", triaged_at__isnull=False, subject__isnull=True)
                | (Q(finding="confirmed", triaged_at__isnull=False) & ~Q(shown="")),
                name="dsar_minor_report_triaged_whole",
            ),
            models.CheckConstraint(
                condition=~Q(finding="unfounded") | Q(ended_at__isnull=False),
                name="dsar_minor_report_unfounded_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject"], condition=Q(ended_at__isnull=True), name="dsar_minor_locked"
            )
        ]

    def __str__(self) -> str:
        return f"report about a minor {self.pk}"
