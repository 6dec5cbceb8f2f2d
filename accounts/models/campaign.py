"""Mailings: a text for everybody who agreed to receive it, and who was sent it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.person import User


class Campaign(models.Model):
    """A text that is mailed to everybody who consented to marketing e-mail."""

    code = models.SlugField(max_length=60, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.code


class CampaignDelivery(models.Model):
    """A campaign was mailed to this person; the row keeps a second run from mailing it again."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="campaign_deliveries")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "campaign deliveries"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user"], name="accounts_campaign_sent_once")
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
