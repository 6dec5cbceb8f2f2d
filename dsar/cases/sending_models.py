"""Portable copies that are to go to another service."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.cases.models import Request
from dsar.registers.destination_models import Destination


class Sending(models.Model):
    """One copy on its way to one service (GDPR Art. 20(2), R119). Its number is what the service knows it by."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for the person to confirm it"
        CONFIRMED = "confirmed", "Confirmed, to be sent"
        SENT = "sent", "Sent"
        NOT_SENT = "not_sent", "Not sent"

    class Reason(models.TextChoices):
        UNLISTED = "unlisted", "No approved service was wanted"
        WITHDRAWN = "withdrawn", "The service is not approved any more"
        NOT_CONFIRMED = "not_confirmed", "The person did not confirm it in time"
        COPY_GONE = "copy_gone", "The copy expired or was taken back before"
        TOO_LARGE = "too_large", "The copy is too large"
        NO_PUBLIC_ADDRESS = "no_public_address", "Its name leads to no public address"
        REFUSED = "refused", "The service refused it"
        UNREACHABLE = (
            "unreachable",
            "The service could not be reached, or did not take it, for too long",
        )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="sendings")
    package = models.UUIDField(unique=True)
    """By reference: packages end in their own time."""
    destination = models.ForeignKey(
        Destination, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """None where none was approved for what the person wanted."""
    categories = models.JSONField(default=list)
    """The kinds of data in the copy."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)

    code_digest = models.CharField(max_length=64, blank=True)
    """HMAC of the code under the case key; empty once used or guessed at too often."""
    code_expires_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    """Wrong codes since the last one was mailed."""
    confirmed_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    """Grows by one with every attempt; an older one puts nothing off and ends nothing any more."""
    next_try_at = models.DateTimeField(null=True, blank=True)
    """During an attempt: when it counts as dead."""
    failure = models.CharField(max_length=100, blank=True)
    """Why it was not taken the last time, as a code."""
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    """What the service answered last."""
    digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of what was sent."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_cases_sending"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", confirmed_at__isnull=True, ended_at__isnull=True)
                | Q(state="confirmed", confirmed_at__isnull=False, ended_at__isnull=True)
                | Q(state__in=["sent", "not_sent"], ended_at__isnull=False),
                name="dsar_sending_stands_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent")
                | Q(destination__isnull=False, confirmed_at__isnull=False) & ~Q(digest=""),
                name="dsar_sending_sent_was_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state="not_sent") & ~Q(reason="") | ~Q(state="not_sent") & Q(reason=""),
                name="dsar_sending_says_why_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=["waiting", "confirmed"]),
                name="dsar_sending_open",
            )
        ]

    def __str__(self) -> str:
        return f"sending {self.pk}"
