"""What the company sells."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models


class Products(models.QuerySet["Product"]):
    """Products, narrowed to those that can be bought or that match a search."""

    def on_sale(self) -> Self:
        """Products that can be ordered now."""
        return self.filter(active=True)

    def matching(self, text: str) -> Self:
        """Products whose name or description holds every word of the text."""
        found = self
        for word in text.split():
            found = found.filter(
                models.Q(name__icontains=word) | models.Q(description__icontains=word)
            )
        return found


class Product(models.Model):
    """A kind of report, or a bundle of quota for reports."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    price = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    quota = models.PositiveIntegerField(default=1, help_text="Reports that one unit entitles to.")
    active = models.BooleanField(default=True)

    objects = Products.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="orders_product_price_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.code
