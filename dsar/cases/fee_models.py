"""What an answer would cost, as the requester was told before anything was charged (R134)."""

from __future__ import annotations

from django.db import models

from dsar.cases.delays import Pause


class Fee(models.Model):
    """One estimate: the question it asks is a pause of kind `fee`, whose letter announces it."""

    pause = models.OneToOneField(
        Pause, on_delete=models.PROTECT, related_name="fee", primary_key=True
    )
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3)
    accepted_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    payment = models.BinaryField(null=True, blank=True)
    """Where the payment stands in the books; sealed under the case key."""

    class Meta:
        db_table = "dsar_cases_fee"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="dsar_fee_is_some"),
            models.CheckConstraint(
                condition=models.Q(paid_at__isnull=True, payment__isnull=True)
                | models.Q(paid_at__isnull=False, payment__isnull=False, accepted_at__isnull=False),
                name="dsar_fee_paid_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"
