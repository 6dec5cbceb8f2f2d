"""Bring contacts of an earlier system in from a CSV file; who was deleted here stays out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts import importing
from accounts.importing import Brought

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py import_contacts FILE`."""

    help = "Open an account for each contact in a CSV file, but for whoever must not come back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the file is."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Bring them in; whoever reads the output learns numbers only."""
        whole = Brought()
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                for part in importing.bring(lines):
                    whole += part
        except (OSError, ValueError, csv.Error) as error:
            message = f"{_unless_personal(error)} {_told(whole)}"
            raise CommandError(message) from None
        self.stdout.write(_told(whole))


def _unless_personal(error: Exception) -> str:
    """What is wrong; a decoder's message would quote the file."""
    if isinstance(error, UnicodeError):
        return "The file is not UTF-8."
    return str(error) if isinstance(error, ValueError | OSError) else "The file is not CSV."


def _told(whole: Brought) -> str:
    return (
        f"{whole.rows} rows: {whole.added} came in, {whole.known} were here already,"
        f" {whole.stopped} must not come back and were stopped, {whole.unreadable} could not be read."
    )
