"""Which passages of which texts a copy leaves out, and on which grounds; the words stand only where they stood."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from dsar.cases.models import Request


class Redaction(models.Model):
    """One passage of one text, by its place. The text's row is never changed: only the copy lacks the passage (R64)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="redactions")
    declaration = models.CharField(max_length=120)
    row = models.CharField(max_length=64)
    field = models.CharField(max_length=80)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    """From the character at `start` to the one before `end`."""
    of_file = models.BooleanField(default=False, db_default=False)
    """Whether it is a stored file as a whole; the place is then that of its name."""
    text_digest = models.CharField(max_length=64)
    """Keyed digest of the whole text as it was marked: of a text that changed, nobody knows what the place means.
    Of a file, of its name and its bytes."""
    instead_digest = models.CharField(max_length=64, blank=True, db_default="")
    """Keyed digest of the file that is given in its place; empty where none is."""
    grounds = models.JSONField()
    """A ground per regime: `{"SG": "reveals_other_person"}`."""
    not_own = models.BooleanField(default=False)
    """Whether it was affirmed that the passage is not from the requester, whatever its field is declared as (R65)."""
    reason = models.BinaryField(null=True)
    """Why the ground holds here, for the file; sealed under the case key."""
    needs_officer = models.BooleanField(default=False)
    """Whether its ground needs the data protection officer, and somebody else marked it (R66)."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dsar_cases_redaction"
        default_permissions = ()
        ordering = ["declaration", "row", "field", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "declaration", "row", "field", "start"],
                name="dsar_redacted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="dsar_redaction_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(seen_by__isnull=True)
                | models.Q(made_by__isnull=True)
                | ~models.Q(seen_by=models.F("made_by")),
                name="dsar_redaction_second_look",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration}.{self.field} {self.start}-{self.end}"


class Replacement(models.Model):
    """The redacted file that a copy holds in place of the stored one, sealed; its type is what its bytes say."""

    redaction = models.OneToOneField(
        Redaction, on_delete=models.CASCADE, related_name="replacement", primary_key=True
    )
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "dsar_cases_replacement"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.media_type} of {self.redaction_id}"
