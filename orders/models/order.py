"""An order: who placed it, what it cost, what of it was used, whom it was disclosed to."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from orders.models.catalogue import Product

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


def new_link_code() -> str:
    """A code that nobody guesses: whoever has it sees the order without logging in."""
    return secrets.token_urlsafe(32)


class Orders(models.QuerySet["Order"]):
    """Orders, narrowed by who placed them."""

    def of_guests(self) -> Self:
        """Orders placed without an account, and those whose account is gone."""
        return self.filter(customer__isnull=True)


class Order(models.Model):
    """What was bought; it stays in the books when its customer's personal data has gone.

    `customer` protects: an account is never cut from its orders by the way. Whoever wants it gone asks
    for deletion, which empties the contact details and the reference in one go.
    """

    class Status(models.TextChoices):
        PLACED = "placed", "Placed"
        PAID = "paid", "Paid"
        DELIVERED = "delivered", "Delivered"
        CANCELLED = "cancelled", "Cancelled"
        REFUNDED = "refunded", "Refunded"

    number = models.CharField(max_length=30)
    placed_at = models.DateTimeField(default=timezone.now)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="orders",
    )
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    link_code = models.CharField(max_length=60, default=new_link_code, editable=False)
    note = models.TextField(blank=True, help_text="Whatever the customer wrote with the order.")
    invoice_party = models.CharField(max_length=300)
    buyer_is_organisation = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether the invoice names an organisation: people in its reports learn that name, never a person's.",
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PLACED)
    currency = models.CharField(max_length=3, default="SGD")
    net = models.DecimalField(max_digits=12, decimal_places=2, validators=_NOT_NEGATIVE)
    tax = models.DecimalField(max_digits=12, decimal_places=2, validators=_NOT_NEGATIVE)
    total = models.DecimalField(max_digits=12, decimal_places=2, validators=_NOT_NEGATIVE)

    objects = Orders.as_manager()

    class Meta:
        ordering = ["-placed_at"]
        indexes = [
            models.Index(fields=["customer", "-placed_at"], name="orders_order_of_customer"),
            models.Index(Lower("contact_email"), name="orders_order_contact"),
            models.Index(fields=["placed_at"], name="orders_order_when"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="orders_order_number_once"),
            models.UniqueConstraint(fields=["link_code"], name="orders_order_link_once"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("net") + models.F("tax")),
                name="orders_order_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(net__gte=0, tax__gte=0), name="orders_order_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["placed", "paid", "delivered", "cancelled", "refunded"]
                ),
                name="orders_order_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="orders_order_currency_code"
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.number}"


class OrderLine(models.Model):
    """A product within an order, at the price it had that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, db_index=False, related_name="lines")
    position = models.PositiveSmallIntegerField(default=1)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lines")
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, validators=_NOT_NEGATIVE)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, unit_price__gte=0),
                name="orders_line_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of order {self.order_id}"


class QuotaUse(models.Model):
    """A customer called up a report out of what they had bought."""

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="quota_uses",
    )
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="quota_uses")
    units = models.PositiveSmallIntegerField(default=1)
    used_for = models.CharField(max_length=200, blank=True, help_text="The enterprise looked up.")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["customer", "-used_at"], name="orders_quota_of_customer")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(units__gt=0), name="orders_quota_units_positive"
            )
        ]

    def __str__(self) -> str:
        return f"quota use {self.pk}"


class OrderDisclosure(models.Model):
    """Data of an order was given to somebody, by whom it was paid, delivered or demanded."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="disclosures")
    recipient = models.CharField(max_length=60, help_text="Code of a registered recipient.")
    categories = models.JSONField(default=list)
    ground = models.CharField(max_length=200)
    disclosed_at = models.DateTimeField(default=timezone.now)
    secret = models.BooleanField(
        default=False, help_text="The person must not learn of it (PDPA s 21(4))."
    )

    def __str__(self) -> str:
        return f"disclosure {self.pk}"
