"""What staff said about who decides requests of a right: one word stands at a time, and those before it are kept."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dsar.registers.models import about_a_person


class HandlingRule(models.Model):
    """One word of the policy table: from its entry to its end, requests of this variant are decided like this."""

    variant = models.CharField(max_length=40)
    """A right together with its scope, as `dsar.cases.variants` names it."""
    handling = models.CharField(max_length=20)
    reason = models.TextField()
    """Why; about the house, never about a person."""
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = about_a_person()
    ended_at = models.DateTimeField(null=True, blank=True)
    """When another word took its place."""

    class Meta:
        db_table = "dsar_cases_handlingrule"
        default_permissions = ()
        verbose_name = "rule of who decides"
        verbose_name_plural = "who decides"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(handling__in=["automatic", "staff", "two_people"]),
                name="dsar_handling_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(variant="deletion"), name="dsar_handling_not_of_deletion"
            ),
            models.UniqueConstraint(
                fields=["variant"],
                condition=models.Q(ended_at__isnull=True),
                name="dsar_handling_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.handling}".replace("_", " ")
