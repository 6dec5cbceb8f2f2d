"""Replies that were given under an idempotency key, so that a repeated call gets the same one."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Reply(models.Model):
    """What one call was answered, kept for as long as its key is good."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    """HMAC of method, address and body: the same key with something else in it is a mistake."""
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    given_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "dsar_api_reply"
        verbose_name_plural = "replies"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="dsar_reply_once")]
        indexes = [models.Index(fields=["expires_at"], name="dsar_reply_expiry")]

    def __str__(self) -> str:
        return f"reply {self.pk}"
