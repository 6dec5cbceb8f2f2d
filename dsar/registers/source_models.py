"""The register of people who were told that a record about them came from elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.registers.models import about_a_person


class SourceNotice(models.Model):
    """That the person in a record was told where it came from, or why they need not be (GDPR Art. 14(3), (5))."""

    class Exempt(models.TextChoices):
        INFORMED = "informed", "They know it already (Art. 14(5)(a))"
        EFFORT = "effort", "Impossible or too much effort, and said in public (Art. 14(5)(b))"
        LAW = "law", "A law lays the obtaining down (Art. 14(5)(c))"
        SECRECY = "secrecy", "Professional secrecy (Art. 14(5)(d))"

    declaration = models.CharField(max_length=100)
    """The kind of record, as the declarations call it."""
    row = models.CharField(max_length=64)
    """The record's key: the person stands there and nowhere here."""
    told_on = models.DateField(null=True, blank=True)
    exception = models.CharField(max_length=20, choices=Exempt.choices, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    """Why the exception holds here; no name is needed."""
    entered_by = about_a_person(null=True)
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dsar_registers_sourcenotice"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["declaration", "row"], name="dsar_source_notice_once"),
            models.CheckConstraint(
                condition=Q(told_on__isnull=False, exception="")
                | Q(told_on__isnull=True) & ~Q(exception="") & Q(reason__regex=r"\S"),
                name="dsar_source_notice_told_or_excepted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration} {self.row}"
