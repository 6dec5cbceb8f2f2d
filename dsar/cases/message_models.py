"""What requester and staff write to each other in a case, sealed under its key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.cases.models import Case, Request


class Message(models.Model):
    """One message. A question of staff has a date to be answered by; a reply ends the wait."""

    class Sender(models.TextChoices):
        STAFF = "staff", "Staff"
        REQUESTER = "requester", "Requester"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="messages", null=True, blank=True
    )
    """What a question is about; a reply answers every open question of its case."""
    sender = models.CharField(max_length=12, choices=Sender.choices)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    text = models.BinaryField()
    answer_by = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_message"
        default_permissions = ()
        ordering = ["written_at", "pk"]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=models.Q(answer_by__isnull=False, answered_at__isnull=True),
                name="dsar_message_open",
            )
        ]

    def __str__(self) -> str:
        return f"message in {self.case_id}"


class Attachment(models.Model):
    """A file beside a message; name and content are sealed, its type is what its bytes say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    name = models.BinaryField()
    content = models.BinaryField()

    class Meta:
        db_table = "dsar_cases_attachment"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.media_type} of {self.message_id}"
