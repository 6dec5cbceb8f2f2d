"""Whom the house still has to tell of what it did."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dsar.cases.models import Request


class RecipientTask(models.Model):
    """Telling one recipient about a correction, deletion, restriction or withdrawal (GDPR Art. 19, PDPA s 16(4)).

    Of an access request it asks a processor what they hold of the person (R56).
    """

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

    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    """Set before anything is sent, and cleared once it is known not to have been taken."""
    next_try_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=100, blank=True, db_default="")
    """Why it was not taken the last time, as a code."""
    sent_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, blank=True, db_default="")
    """What the recipient's server answered."""
    digest = models.CharField(max_length=64, blank=True, db_default="")
    """SHA-256 of what was sent."""
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    facts = models.BinaryField(null=True, blank=True)
    """How somebody ended it, or why it is impossible or disproportionate: sealed under the case's key."""

    class Meta:
        db_table = "dsar_cases_recipient_task"
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state="open", tried_at__isnull=True),
                name="dsar_recipient_task_waits",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["impossible", "disproportionate"])
                | models.Q(facts__isnull=False, ended_at__isnull=False),
                name="dsar_recipient_task_ended_with_facts",
            ),
            models.UniqueConstraint(
                fields=["request", "recipient_code"], name="dsar_recipient_task_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_code} about {self.request_id}"
