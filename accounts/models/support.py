"""Customer support: threads, their messages, and the files sent with them."""

from __future__ import annotations

import uuid
from pathlib import PurePath

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

from accounts.models.person import User


def uploads() -> Storage:
    """The private storage: its files are served by a view that checks who asks, never by the web server."""
    return storages["uploads"]


def file_place(_: SupportFile, filename: str) -> str:
    """A name in storage that says nothing about the person; only the ending is the sender's."""
    return f"support/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()[:12]}"


class SupportThread(models.Model):
    """One matter that a customer brought to support."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="support_threads")
    subject = models.CharField(max_length=300)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    handler = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="handled_threads",
        help_text="The member of staff who looks after it.",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["closed_at"],
                condition=models.Q(closed_at__isnull=False),
                name="accounts_thread_closed",
            )
        ]

    def __str__(self) -> str:
        return f"support thread {self.pk}"


class SupportMessage(models.Model):
    """One message of a thread, by the customer or, where `staff` is filled, by a member of staff."""

    thread = models.ForeignKey(SupportThread, on_delete=models.CASCADE, related_name="messages")
    staff = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="support_answers"
    )
    text = models.TextField()
    people_named = models.JSONField(
        default=list, blank=True, help_text="Other people whom the text names, one string each."
    )
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"support message {self.pk}"


class SupportFile(models.Model):
    """A picture or document sent with a message."""

    message = models.ForeignKey(SupportMessage, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(storage=uploads, upload_to=file_place, max_length=120)
    filename = models.CharField(max_length=255, help_text="As the sender called it.")
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    uploaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"support file {self.pk}"
