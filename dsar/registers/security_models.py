"""How data is protected, in general words, for the record of processing (GDPR Art. 30(1)(g); R187)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dsar.registers.models import about_a_person


class SecurityDescription(models.Model):
    """One wording of the measures; one counts at a time, and those before it are kept."""

    text = models.TextField()
    written_by = about_a_person()
    written_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When another wording took its place."""

    class Meta:
        db_table = "dsar_registers_securitydescription"
        default_permissions = ()
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"measures of security, wording {self.pk}"
