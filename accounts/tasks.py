"""What accounts leaves to a worker."""

from __future__ import annotations

from celery import shared_task

from accounts import mailing
from accounts.models import Campaign


@shared_task(name="accounts.send_campaign")
def send_campaign(code: str) -> int:
    """Mail the campaign with this code; how many people were written to."""
    return mailing.send(Campaign.objects.get(code=code))
