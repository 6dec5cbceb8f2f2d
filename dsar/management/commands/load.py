"""Carry out many requests while workers are killed at random, and check that every one of them is right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from dsar.management.bench import load

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py load --requests 10000 --workers 2 --kill-every 5 --minutes 60 --json`."""

    help = "File requests of every right in a database of its own, kill workers meanwhile, and check everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, by how many, how often one dies, and for how long at most."""
        parser.add_argument("--requests", type=int, default=10_000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument(
            "--kill-every", type=float, default=5.0, help="Seconds; 0 kills nobody."
        )
        parser.add_argument(
            "--minutes", type=float, default=60.0, help="After these it is given up."
        )
        parser.add_argument("--seed", type=int, default=1, help="Who asks for what, and who dies.")
        parser.add_argument("--json", action="store_true", help="One JSON object.")

    def handle(self, **options: Any) -> None:
        """Exit 0 only if everything is right."""
        order = load.Order(
            requests=options["requests"],
            workers=options["workers"],
            kill_every=options["kill_every"],
            minutes=options["minutes"],
            seed=options["seed"],
        )
        say = (lambda _text: None) if options["json"] else self._say
        found = load.run(order, say=say)
        self.stdout.write(json.dumps(found) if options["json"] else _told(found))
        if found["wrong"]:
            raise CommandError(f"Not right: {json.dumps(found['wrong'])}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _told(found: dict[str, Any]) -> str:
    return "\n".join(f"{name:16}{value}" for name, value in found.items())
