"""The site with the sample company, and one request of every right seen through before your eyes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import processes
from config.demonstration import company, journeys, registers
from config.demonstration.calls import CallError
from config.demonstration.journeys import Ended, Stage, UnexpectedError
from config.embedded.places import CHECKOUT
from config.management.commands.up import watch

if TYPE_CHECKING:
    from argparse import ArgumentParser

QUICK = {
    "DSAR_WAITING_PERIOD_SECONDS": "3",
    "DSAR_SWEEP_SECONDS": "1",
    "DSAR_SEAL_SECONDS": "1",
    "DSAR_STAFF_NEEDS_MFA": "0",
}
"""What a demonstration shortens; nothing is skipped."""


class Command(BaseCommand):
    """`manage.py demo`, `manage.py demo --once`."""

    help = "Run the site with sample data and follow one request of every right to its end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long, and how it is told."""
        parser.add_argument(
            "--once", action="store_true", help="stop when the requests are answered"
        )
        parser.add_argument("--json", action="store_true", help="print the outcomes as JSON")
        parser.add_argument("--port", type=int, default=0, help="0 takes a free one")

    def handle(self, **options: Any) -> None:
        """Exit 0 only if every outcome is the expected one."""
        self.quiet = options["json"]
        try:
            self._run(once=options["once"], port=options["port"])
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        except (processes.ProcessError, CallError, UnexpectedError) as error:
            raise CommandError(str(error)) from error

    def _run(self, *, once: bool, port: int) -> None:
        environment = {**os.environ, **QUICK}
        self._say("Preparing the database …")
        processes.prepare_database(environment=environment)
        self._say("Planting the sample company …")
        _seed(environment)
        people = company.open_company()
        self._say("Starting web, worker and beat …")
        logs = settings.LOCAL_FOLDER / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with processes.running(port=port, environment=environment, logs=logs) as site:
            self._say("Filling the registers …")
            registers.plant(people)
            stage = journeys.open_stage(site.address, people, say=self._say)
            ended = [self._walk(stage, right) for right in journeys.EXPECTED]
            self._report(ended)
            _verify(environment, say=self._say)
            self.stay(site, people, once=once)

    def stay(self, site: processes.Site, people: company.Company, *, once: bool) -> None:
        """Let whoever wants to look around, until they end it."""
        if not once:
            self._say(f"\nThe site goes on at {site.address} (Ctrl-C stops).")
            _introduce(people, self._say)
            watch(site)

    def _walk(self, stage: Stage, right: str) -> Ended:
        ended = journeys.walk(stage, right)
        mark = "as expected" if ended.is_expected else f"expected {ended.expected}"
        self._say(f"  → {ended.outcome.replace('_', ' ')} ({mark}) in {ended.seconds} s\n")
        return ended

    def _report(self, ended: list[Ended]) -> None:
        if self.quiet:
            self.stdout.write(json.dumps([asdict(one) for one in ended], indent=1))
        wrong = [one.right for one in ended if not one.is_expected]
        if wrong:
            raise CommandError(f"Not as expected: {', '.join(wrong)}.")
        self._say(f"All {len(ended)} rights ended as expected.")

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.stdout.write(text)
            self.stdout.flush()


def _seed(environment: dict[str, str]) -> None:
    """Plant the sample company as the database's owner, unless it is there."""
    manage = str(CHECKOUT / "manage.py")
    arguments = ["seed", "--users", "300", "--giants", "--if-empty"]
    done = subprocess.run(
        [sys.executable, manage, *arguments],
        cwd=CHECKOUT,
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise processes.ProcessError("The sample company could not be planted.")


def _verify(environment: dict[str, str], *, say: journeys.Told) -> None:
    """Have the ledger of all this sealed, carried to the second place, and verified against it."""
    say("Verifying the ledger against its second place …")
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), "verify_ledger"],
        cwd=CHECKOUT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise processes.ProcessError(f"The ledger does not verify.\n{done.stdout}{done.stderr}")
    say(f"  → {done.stdout.strip()}")


def _introduce(people: company.Company, say: journeys.Told) -> None:
    """Who can log in and where mail goes, for whoever wants to look around."""
    say("Log in as a customer at /privacy/:")
    for right, one in people.customers.items():
        if right != "deletion":
            say(f"  {one.email}  {one.password}")
    say(
        "Log in as staff at /admin/ or over the API (a reviewer, a data protection officer, an auditor):"
    )
    for one in (people.reviewer, people.officer, people.auditor):
        say(f"  {one.email}  {one.password}")
    say(f"Mail is not sent; it lies in {settings.EMAIL_FILE_PATH}.")
