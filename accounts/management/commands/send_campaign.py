"""Mail a campaign to everybody who consented to marketing e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts import mailing
from accounts.models import Campaign
from accounts.tasks import send_campaign

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py send_campaign CODE`."""

    help = "Mail a campaign to everybody who agreed to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, and where the work is done."""
        parser.add_argument("code")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--count", action="store_true", help="Only say how many would get it.")
        where.add_argument("--background", action="store_true", help="Leave it to a worker.")

    def handle(self, **options: Any) -> None:
        """Send, count or hand on."""
        campaign = Campaign.objects.filter(code=options["code"]).first()
        if campaign is None:
            message = f"There is no campaign {options['code']}."
            raise CommandError(message)
        if options["background"]:
            send_campaign.apply_async((campaign.code,), queue="mail")
            self.stdout.write("Left to a worker.")
        elif options["count"]:
            self.stdout.write(f"{mailing.recipients(campaign).count()} people may get it.")
        else:
            self.stdout.write(f"{mailing.send(campaign)} people were written to.")
