"""Plant the sample company: fictional people with nasty data, the same for the same numbers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.seeding import assessments, cast, planting, policy, staffing

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`manage.py seed --users 200000 --seed 1`."""

    help = "Fill accounts and orders with a fictional company, by COPY."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, which, and who may log in."""
        parser.add_argument("--users", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--giants",
            type=int,
            nargs="*",
            choices=cast.GIANTS,
            help="People with so many rows (giant-10000@example.test, ...). "
            "Left out: those that suit the number of users; without numbers: none.",
        )
        parser.add_argument(
            "--password",
            default="",
            help="One password for all; left out, nobody can log in by password.",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where the company is there already."
        )

    def handle(self, **options: Any) -> None:
        """Plant and say what it took."""
        started = time.perf_counter()
        giants = (
            planting.suits(options["users"]) if options["giants"] is None else options["giants"]
        )
        order = planting.Order(
            users=options["users"],
            seed=options["seed"],
            giants=tuple(sorted(set(giants))),
            password=options["password"],
        )
        try:
            with transaction.atomic():
                rows = planting.plant(order)
                policy.publish()
                assessments.weigh()
                staffing.prepare()
        except planting.AlreadySeededError as error:
            if options["if_empty"]:
                return
            raise CommandError(str(error)) from error
        self._report(rows, seconds=time.perf_counter() - started)

    def _report(self, rows: dict[str, int], *, seconds: float) -> None:
        for label, count in sorted(rows.items()):
            self.stdout.write(f"{label:28}{count:>12,}")
        total = sum(rows.values())
        self.stdout.write(
            f"{'total':28}{total:>12,}  in {seconds:.1f} s ({total / seconds:,.0f} rows a second)"
        )
