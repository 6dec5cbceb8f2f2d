"""A nightly run: what it counted, what went, and who allowed it where it was stopped."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class RetentionRun(models.Model):
    """One run for one day. At most one is open; it deletes no more of a table than was counted before."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for approval"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    """Whose retention has ended on this day is due, however long the run takes."""
    state = models.CharField(max_length=10, choices=State.choices)
    counted = models.JSONField(default=list)
    """Before it: of each table how many rows are over, due and kept by what, and since when."""
    digest = models.CharField(max_length=64)
    objections = models.JSONField(default=list)
    """Why it waited: which tables lose too large a share, or that it is too large as a whole."""
    done = models.JSONField(default=dict)
    """How many rows went, by table."""
    left = models.JSONField(default=list)
    """After it, as before it."""
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_duties_retentionrun"
        default_permissions = ("view",)
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], ended_at__isnull=True)
                | models.Q(state="done", ended_at__isnull=False),
                name="dsar_retention_state_known",
            ),
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="dsar_retention_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"retention run of {self.day}"

    @property
    def rows_due(self) -> int:
        """How many rows it counted that are to go."""
        return sum(one["due"] for one in self.counted)

    @property
    def rows_done(self) -> int:
        """How many went."""
        return sum(self.done.values())
