"""Enquiries: somebody asks or points something out, and asks for none of their rights."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from dsar.cases.models import Case


class Enquiry(models.Model):
    """One question, in a case of its own: the case has the address, the key, the letters and the messages."""

    class Kind(models.TextChoices):
        QUESTION = "question", "A question"
        DISCLOSURE_ERROR = "disclosure_error", "Something wrong or missing in the privacy policy"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="enquiry")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.BinaryField()
    """What the person wrote, sealed under the case key."""
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "dsar_cases_enquiry"
        verbose_name_plural = "enquiries"
        default_permissions = ()
        ordering = ["answer_by", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["question", "disclosure_error"]),
                name="dsar_enquiry_kind",
            )
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=models.Q(answered_at__isnull=True),
                name="dsar_enquiry_open",
            )
        ]

    def __str__(self) -> str:
        return f"enquiry {self.case_id}"
