"""Run the site until Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import processes

if TYPE_CHECKING:
    from argparse import ArgumentParser

WATCH_SECONDS = 1.0


class Command(BaseCommand):
    """Start web, workers and beat, and stop all of them together."""

    help = "Run web, worker and beat until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until the terminal, or a signal, says stop."""
        try:
            processes.prepare_database()
            with processes.running(
                host=options["host"], port=options["port"], workers=options["workers"]
            ) as site:
                self.stdout.write(f"Ready: {site.address} (Ctrl-C stops)")
                self.stdout.flush()
                watch(site)
        except processes.ProcessError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def watch(site: processes.Site) -> None:
    """Keep the servers up while the site runs; raises ProcessError when a part of it ends."""
    while True:
        for process in site.all:
            if not process.is_running():
                raise processes.ProcessError(f"{process.name} ended by itself.")
        if settings.EMBEDDED:
            settings.EMBEDDED.ensure()
        time.sleep(WATCH_SECONDS)
