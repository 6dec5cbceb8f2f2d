"""Set up the two roles of production: the owner runs this, the application's role receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from dsar.ledger import roles

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Grant and print what was granted."""

    help = (
        "Give the application's role what it needs and nothing more: rows of every table, but on the"
        " ledger only SELECT and INSERT. Run it as the tables' owner after every migration."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the role's name."""
        parser.add_argument(
            "--application-role", required=True, help="the role web and workers connect as"
        )

    def handle(self, *, application_role: str, **_: Any) -> None:
        """Grant; running it again changes nothing."""
        try:
            given = roles.grant(application_role)
        except roles.UnfitRoleError as refused:
            raise CommandError(str(refused)) from refused
        for one in given:
            self.stdout.write(f"{application_role}: {one}")
        self.stdout.write(
            f"{application_role}: the ledger only grows ({', '.join(roles.ledger_tables())})"
        )
