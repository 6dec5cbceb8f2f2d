"""What a customer searched for, kept to order the results of the next search."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SearchTerm(models.Model):
    """A word that a customer searched for, and how often."""

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="search_terms",
    )
    word = models.CharField(max_length=100)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "word"], name="orders_term_once")
        ]

    def __str__(self) -> str:
        return f"search term {self.pk}"
