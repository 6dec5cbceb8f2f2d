"""A count: added by whichever process saw it happen, summed by whoever reads."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Count(models.Model):
    """So many happenings of one kind. Rows are only inserted, and folded into one a kind now and then."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    amount = models.BigIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())
    """When it last happened, by the database's clock."""

    class Meta:
        db_table = "dsar_tally_count"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.amount} {self.name}"
