"""Who of the staff is away, from when until when, and who stands in for them in which role (R188)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dsar.registers.models import about_a_person


class Deputyship(models.Model):
    """Somebody is away in a role for a time; a deputy has what the role may do in that time, and nobody else gains."""

    role = models.CharField(max_length=150)
    """The name of the group whose permissions the deputy has."""
    absent = about_a_person()
    deputy = about_a_person(null=True, blank=True)
    """Nobody, where it is only known that they are away."""
    first_on = models.DateField()
    last_on = models.DateField()
    appointed_by = about_a_person()
    appointed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was ended before its time."""

    class Meta:
        db_table = "dsar_cases_deputyship"
        default_permissions = ()
        ordering = ["-first_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="dsar_deputy_period"
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("absent")), name="dsar_deputy_other"
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("appointed_by")),
                name="dsar_deputy_not_by_oneself",
            ),
        ]
        indexes = [
            models.Index(
                fields=["last_on"], condition=Q(ended_at__isnull=True), name="dsar_deputy_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.first_on} to {self.last_on}"
