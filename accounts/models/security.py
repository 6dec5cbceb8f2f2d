"""The security log: what was done with an account, when, and from where."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from accounts.models.person import User


class SecurityEvent(models.Model):
    """A log-in, a page view or a search; without a user where nobody could be linked to it."""

    class Kind(models.TextChoices):
        LOG_IN = "log_in", "Log-in"
        LOG_OUT = "log_out", "Log-out"
        LOG_IN_FAILED = "log_in_failed", "Failed log-in"
        PAGE = "page", "Page view"
        SEARCH = "search", "Search"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        ADDRESS_CHANGED = "address_changed", "E-mail address changed"
        FACTOR_CHANGED = "factor_changed", "Second factor changed"

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="events"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_at = models.DateTimeField(default=timezone.now)
    detail = models.TextField(
        blank=True,
        help_text="The page, what was searched for, or the address before.",
    )
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField("browser", blank=True)
    language = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-happened_at"], name="accounts_event_of_user"),
            # Rows arrive in time order, so a block-range index serves the retention run at no cost.
            BrinIndex(fields=["happened_at"], name="accounts_event_when"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "log_in",
                        "log_out",
                        "log_in_failed",
                        "page",
                        "search",
                        "password_changed",
                        "address_changed",
                        "factor_changed",
                    ]
                ),
                name="accounts_event_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
