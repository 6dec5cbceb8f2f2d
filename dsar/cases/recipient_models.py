"""Whom the house still has to tell of what it did."""

from __future__ import annotations

from django.db import models

from dsar.cases.models import Request


class RecipientTask(models.Model):
    """Telling one recipient about a correction, deletion, restriction or withdrawal (GDPR Art. 19, PDPA s 16(4))."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SENT = "sent", "Sent"
        CONFIRMED = "confirmed", "Confirmed"
        IMPOSSIBLE = "impossible", "Impossible"
        DISPROPORTIONATE = "disproportionate", "Disproportionate"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="recipient_tasks")
    recipient_code = models.CharField(max_length=60)
    recipient = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField()
    secret = models.BooleanField(default=False, db_default=False)
    """Whether the person must not learn that this recipient had the data (PDPA s 21(4))."""

    class Meta:
        db_table = "dsar_cases_recipient_task"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "recipient_code"], name="dsar_recipient_task_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_code} about {self.request_id}"
