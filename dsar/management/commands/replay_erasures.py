"""Erase again what a restored backup brought back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from dsar.duties import replay

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Replay the journal of erasures against this database; run it before anybody uses a restored one."""

    help = "Erase again what a restored backup brought back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer JSON lines."""
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, **options: Any) -> None:
        """Print what became of each deletion."""
        for one in replay.replay():
            if options["json"]:
                self.stdout.write(json.dumps(asdict(one)))
            else:
                self.stdout.write(_line(one))


def _line(one: replay.Replayed) -> str:
    if one.left_alone:
        return f"{one.request}: left alone, {one.left_alone}"
    return f"{one.request}: {sum(one.rows.values())} rows erased again"
