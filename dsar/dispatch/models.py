"""A task that is to be woken: written with the work it belongs to, removed when the broker has it."""

from __future__ import annotations

from django.db import models


class Wake(models.Model):
    """A promise to publish one task. Delivery is at least once; tasks are safe to run twice."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=list)
    queue = models.CharField(max_length=40, default="requests")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "dsar_dispatch_wake"
        indexes = [models.Index(fields=["due_at"], name="dsar_wake_due")]

    def __str__(self) -> str:
        return f"{self.task} due {self.due_at:%Y-%m-%d %H:%M:%S}"
