"""What auditors asked for, and how far it is."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Export(models.Model):
    """One export for audit: of the history, or the evidence of one request. Its archive is the package of its id."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        WRITING = "writing", "Being written"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class By(models.TextChoices):
        RECEIVED = "received", "Day of receipt"
        CLOSED = "closed", "Day of closing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    request_reference = models.UUIDField(null=True, blank=True)
    """The one request whose evidence it is; the history otherwise."""
    by = models.CharField(max_length=10, choices=By.choices, default=By.RECEIVED)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    """Days of the organisation's calendar, both included; without them there is no bound."""
    seed = models.CharField(max_length=64, blank=True)
    sample_size = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    token = models.BigIntegerField(default=0)
    """Grows with every worker that begins; an older one does nothing more."""
    beat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    """Entries read so far and to read, over all files: what progress is told by."""
    entries = models.BigIntegerField(default=0)
    """Entries under the checkpoint that the export stands on."""
    rows = models.BigIntegerField(default=0)
    """The population: requests in the period."""
    sample = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_audit_export"
        default_permissions = ()
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "writing", "ready", "failed"]),
                name="dsar_export_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(by__in=["received", "closed"]), name="dsar_export_by_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=["waiting", "writing"]),
                name="dsar_export_open",
            )
        ]

    def __str__(self) -> str:
        return f"export of {self.asked_at:%Y-%m-%d %H:%M}"
