"""Print what is held about people, why, for how long, who receives it and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from dsar.contract import datamap
from dsar.contract.registry import current

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Print the data map; it is read from the declarations, never from data."""

    help = "Print what is held about people, why, for how long, who receives it and where."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Text for people, JSON for machines."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Print it."""
        built = datamap.build(current())
        if options["format"] == "json":
            self.stdout.write(json.dumps(built, indent=2, ensure_ascii=False))
        else:
            self.stdout.writelines(f"{line}\n" for line in datamap.lines(built))
