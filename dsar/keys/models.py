"""A key that seals the content of one case, one package or one incident, or what one recipient is told."""

from __future__ import annotations

import uuid

from django.db import models


class Key(models.Model):
    """Key material wrapped under the master keys; without `wrapped` whatever it sealed is gone for good."""

    class Kind(models.TextChoices):
        CASE = "case", "Case content"
        PACKAGE = "package", "Package"
        INCIDENT = "incident", "Incident"
        RECIPIENT = "recipient", "Recipient"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dsar_keys_key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | models.Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="dsar_key_is_wrapped_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} key {self.pk}"
