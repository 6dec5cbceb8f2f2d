"""Complaints: somebody is not satisfied, and somebody else looks again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.cases.models import Case, Request


class Complaint(models.Model):
    """One complaint, about a closed request or about nothing that was asked before.

    Who decided the request is not who looks at the complaint about it (R137).
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "We stay with the first answer"
        UPHELD_IN_PART = "upheld_in_part", "Right in part"
        OVERTURNED = "overturned", "Right: decided anew"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complaints")
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="complaints", null=True, blank=True
    )
    channel = models.CharField(max_length=16, choices=Case.Channel.choices)
    received_at = models.DateTimeField(default=timezone.now)
    acknowledge_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    text = models.BinaryField()
    """What the person wrote, sealed under the case key."""
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reopened = models.OneToOneField(
        Request, on_delete=models.PROTECT, related_name="reopens", null=True, blank=True
    )
    """The request that decides anew what the first one decided."""

    class Meta:
        db_table = "dsar_cases_complaint"
        default_permissions = ()
        ordering = ["answer_by", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["upheld", "upheld_in_part", "overturned"])
                & models.Q(answered_at__isnull=False)
                | models.Q(outcome="", answered_at__isnull=True),
                name="dsar_complaint_answered",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=models.Q(answered_at__isnull=True, request__isnull=False),
                name="dsar_complaint_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=models.Q(answered_at__isnull=True),
                name="dsar_complaint_open",
            )
        ]

    def __str__(self) -> str:
        return f"complaint in {self.case_id}"
