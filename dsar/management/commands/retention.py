"""Print how long what is kept, or what the next retention run would do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from dsar.duties.retention import due, runs, schedule, survey

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Print the schedule; with --dry-run, count what is due. Nothing is changed."""

    help = "Print how long what is kept; with --dry-run, what the next retention run would do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Text for people, JSON for machines."""
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Print it."""
        found = _counted() if options["dry_run"] else {"schedule": schedule.lines()}
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))
        elif options["dry_run"]:
            self.stdout.writelines(f"{line}\n" for line in _said(found))
        else:
            self.stdout.writelines(f"{schedule.said(line)}\n" for line in found["schedule"])


def _counted() -> dict[str, Any]:
    today = due.today()
    counted = runs.counted(on=today)
    return {
        "day": today.isoformat(),
        "digest": survey.digest(counted, on=today),
        "counted": counted,
        "objections": survey.objections(counted),
    }


def _said(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{one['unit']}: {one['due']} of {one['total']} rows would be {one['action']}; over {one['over']},"
        f" held {one['hold']}, open request {one['request']}, restricted {one['restriction']}"
        for one in found["counted"]
    ]
    waits = [
        f"It would wait for approval: {one['because']} {one['unit']}" for one in found["objections"]
    ]
    return [*(lines or ["Nothing is over."]), *waits, f"digest {found['digest']}"]
