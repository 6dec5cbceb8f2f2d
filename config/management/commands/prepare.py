"""Bring the database up to date, with the permissions that production has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.embedded import roles


class Command(BaseCommand):
    """Migrate, then grant to the application's role what it may have."""

    help = "Migrate; with the embedded servers, grant the application's role its permissions too."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do both; running it again changes nothing."""
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        # Elsewhere only the operator knows what the application's role is called.
        if settings.EMBEDDED:
            call_command("grant_roles", application_role=roles.APPLICATION, stdout=self.stdout)
