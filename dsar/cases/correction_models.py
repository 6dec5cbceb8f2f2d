"""What a person wants changed, field by field."""

from __future__ import annotations

from django.db import models

from dsar.cases.models import Request


class Correction(models.Model):
    """One field a person wants changed. Values stand sealed under the case key and go with it (R84)."""

    class Result(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        CORRECTED = "corrected", "Corrected"
        REFUSED = "refused", "Refused"
        CHANGED_MEANWHILE = "changed_meanwhile", "Changed meanwhile"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="corrections")
    declaration = models.CharField(max_length=120)
    row = models.CharField(max_length=64)
    field = models.CharField(max_length=80)
    old = models.BinaryField()
    new = models.BinaryField()
    result = models.CharField(max_length=20, choices=Result.choices, default=Result.PROPOSED)
    ground = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "dsar_cases_correction"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "declaration", "row", "field"], name="dsar_correction_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    result__in=["proposed", "corrected", "refused", "changed_meanwhile"]
                ),
                name="dsar_correction_result_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declaration}.{self.field}"
