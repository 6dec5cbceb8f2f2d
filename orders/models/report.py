"""Delivered reports on enterprises, and the people who are named in them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from orders.models.order import Order


class Report(models.Model):
    """A report on an enterprise, as it was delivered for an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="reports")
    enterprise = models.CharField(max_length=300)
    registration_number = models.CharField(max_length=40, blank=True)
    summary = models.TextField(blank=True)
    delivered_to = models.CharField(
        max_length=254, blank=True, help_text="The address it was delivered to."
    )
    delivered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(Lower("delivered_to"), name="orders_report_delivered_to")]

    def __str__(self) -> str:
        return f"report {self.pk}"


class ReportSubject(models.Model):
    """A person named in a report: a director, a shareholder. They have no account and did not order it."""

    class Role(models.TextChoices):
        DIRECTOR = "director", "Director"
        SHAREHOLDER = "shareholder", "Shareholder"
        SECRETARY = "secretary", "Company secretary"
        OWNER = "owner", "Beneficial owner"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="subjects")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    nationality = models.CharField(max_length=2, blank=True)
    ownership_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    risk_score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    source = models.CharField(max_length=200, help_text="The register or provider it came from.")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["email"], name="orders_subject_email"),
            models.Index(Lower("email"), name="orders_subject_address"),
            models.Index(fields=["name"], name="orders_subject_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["director", "shareholder", "secretary", "owner"]),
                name="orders_subject_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ownership_percent__isnull=True)
                | models.Q(ownership_percent__range=(0, 100)),
                name="orders_subject_ownership_possible",
            ),
            models.CheckConstraint(
                condition=models.Q(risk_score__isnull=True) | models.Q(risk_score__lte=100),
                name="orders_subject_risk_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"report subject {self.pk}"
