"""Export the history of requests for audit into a file."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.crashpoints import effect
from dsar.ledger import signing
from dsar.packages import vault

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """The same export as in the admin, for whoever may work on the server. Exit 0: the file is whole."""

    help = (
        "Write the history of requests with what it takes to check it offline: rows as CSV, JSON and XLSX, the"
        " entries, signed checkpoints and a manifest. Nobody is named in it. docs/auditing.md says how to check it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which period, and where to."""
        parser.add_argument("output", type=Path, help="the file to write; it must not exist")
        parser.add_argument("--first-day", type=date.fromisoformat, help="YYYY-MM-DD, included")
        parser.add_argument("--last-day", type=date.fromisoformat, help="YYYY-MM-DD, included")
        parser.add_argument("--by", choices=Export.By.values, default=Export.By.RECEIVED.value)
        parser.add_argument("--sample", type=int, default=0, help="how many requests to draw")
        parser.add_argument("--seed", default="", help="the auditor's own word for the draw")

    def handle(self, **options: Any) -> None:
        """Write it, hand it out, and destroy the stored copy."""
        if options["sample"] and not options["seed"]:
            message = "A sample needs --seed: any word or number that the auditor chooses."
            raise CommandError(message)
        try:
            with effect("export.ask"), transaction.atomic():
                export = exporting.new(
                    by=options["by"],
                    first_day=options["first_day"],
                    last_day=options["last_day"],
                    seed=options["seed"],
                    sample_size=options["sample"],
                )
            exporting.run(export.pk)
        except (exporting.PeriodError, signing.LedgerKeyError) as error:
            raise CommandError(str(error)) from error
        package = exporting.package(export)
        if package is None:
            message = "It could not be written; `manage.py verify_ledger` names the entry that cannot be read."
            raise CommandError(message)
        self._hand_out(package, to=options["output"])
        export.refresh_from_db()
        self.stdout.write(
            f"{options['output']}: {export.rows} requests, told from {export.entries} entries."
        )
        for key in signing.verifiers():
            self.stdout.write(f"Public key: {key}")

    def _hand_out(self, package: Any, *, to: Path) -> None:
        """The opened archive, for its owner alone; the sealed one is of no more use."""
        try:
            descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            message = f"{to} cannot be written: {error.strerror}."
            raise CommandError(message) from error
        with os.fdopen(descriptor, "wb") as file:
            for chunk in vault.open_(package):
                file.write(chunk)
        vault.revoke(package, by="command")
