"""How data is protected, in general words, for the record of processing (GDPR Art. 30(1)(g); R187)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dsar.registers.models import about_a_person


class SecurityDescription(models.Model):
    """One wording of the measures; the newest counts, and the others stay."""

    text = models.TextField()
    written_by = about_a_person()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_securitydescription"
        default_permissions = ()
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"measures of security, wording {self.pk}"
