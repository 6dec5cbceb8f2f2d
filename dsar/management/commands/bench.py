"""Measure our path beside the physical limit, beside its budget; never part of the tests."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from dsar.management.bench import burst, figures, pages, queue, restart, retention, running

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterator

    from dsar.management.bench.figures import Figures


ROWS, ENTRIES = 50, 100_000


def _queue(options: dict[str, Any]) -> dict[str, Any]:
    rows = (options["rows"] or [ROWS])[0]
    return queue.run(users=options["users"], rows=rows, requests=options["requests"] or 100)


def _restart(options: dict[str, Any]) -> dict[str, Any]:
    rows = (options["rows"] or [ROWS])[0]
    return restart.run(users=options["users"], rows=rows, times=options["requests"] or 5)


def _burst(options: dict[str, Any]) -> dict[str, Any]:
    return burst.run(
        users=options["users"],
        requests=options["requests"] or 1_000,
        workers=options["workers"],
    )


def _desk(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return pages.run(
        requests=options["requests"] or ENTRIES,
        entries=(options["rows"] or [10 * ENTRIES])[0],
        pairs=options["pairs"],
    )


_WITH_WORKERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "queue": _queue,
    "restart": _restart,
    "burst": _burst,
}
"""What is measured with real workers."""


class Command(BaseCommand):
    """`manage.py bench access --rows 50 --users 20000 --json`."""

    help = "Measure our path and the physical limit alternately, on the same rows in a database of the bench's own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which work, how large, how often."""
        parser.add_argument(
            "work",
            choices=("access", "deletion", "ledger", *retention.ACTIONS, "desk", *_WITH_WORKERS),
        )
        parser.add_argument(
            "--rows",
            type=int,
            nargs="+",
            help="Rows of the person (50), entries of the ledger or rows that are due (100,000).",
        )
        parser.add_argument("--users", type=int, default=20_000, help="People in the database.")
        parser.add_argument("--pairs", type=int, help="How often; by default what the size allows.")
        parser.add_argument("--person", default="", help="The address of whom to measure.")
        parser.add_argument(
            "--requests", type=int, help="Of queue, burst and desk; of restart, how often."
        )
        parser.add_argument("--workers", type=int, default=2, help="Of burst.")
        parser.add_argument("--json", action="store_true", help="One JSON object a line.")

    def handle(self, **options: Any) -> None:
        """Print the medians of each size beside its budget; a budget that is missed is no error."""
        if options["work"] in _WITH_WORKERS:
            told = _WITH_WORKERS[options["work"]](options)
            self._say(told, options)
            return
        if options["work"] == "desk":
            for told in _desk(options):
                self._say(told, options)
            return
        for rows in options["rows"] or [_rows(options["work"])]:
            order = running.Order(
                work=options["work"],
                rows=rows,
                users=options["users"],
                pairs=options["pairs"] or _pairs(rows),
                person=options["person"],
            )
            for found in running.run(order):
                self.stdout.write(json.dumps(asdict(found)) if options["json"] else _table(found))

    def _say(self, told: dict[str, Any], options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told) if options["json"] else _lines(told))


def _rows(work: str) -> int:
    return ENTRIES if work in {"ledger", *retention.ACTIONS} else ROWS


def _pairs(rows: int) -> int:
    """Enough for a steady median within a minute or two."""
    if rows <= figures.FEW:
        return 25
    return 5 if rows <= figures.MANY else 3


def _table(found: Figures) -> str:
    allowed = found.budget
    return (
        f"{found.work} of {found.rows:,} rows among {found.users:,} users, {found.pairs} pairs\n"
        f"  ours       {found.ours_ms:>12,.1f} ms   ({found.ours_cpu_ms:,.1f} ms of our processor)\n"
        f"  limit      {found.limit_ms:>12,.1f} ms   ({found.limit_cpu_ms:,.1f} ms of our processor)\n"
        f"  ratio      {found.ratio:>12.2f}      budget {allowed.ratio}\n"
        f"  statements {found.statements or '?':>12}      budget {allowed.statements}\n"
        f"  memory     {found.memory_growth_mb:>12.1f} MB   budget {allowed.memory_growth_mb}"
    )


def _lines(found: dict[str, Any]) -> str:
    return "\n".join(f"{name:16}{value}" for name, value in found.items())
