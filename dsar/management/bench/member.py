"""One worker, or the clock, of a bench, as a program that is told where to work.

`python -m dsar.management.bench.member ORDER ARGUMENTS…`: ORDER is JSON with the scratch database, the bench's
folder, and a name by which the database server shows who asks; the arguments are those of the `celery` command.
It ends when the bench ends, however that ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

import django
from celery import current_app
from django.db import connection

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Work in the bench's database and folder until told to stop."""
    order, *arguments = sys.argv[1:]
    said = json.loads(order)
    _die_with(said["parent"])
    django.setup()
    # Imported here: they need what setup has set up.
    from dsar.management.bench import surroundings  # noqa: PLC0415

    connection.settings_dict["NAME"] = said["database"]
    connection.settings_dict["OPTIONS"]["application_name"] = said["name"]
    with surroundings.used(Path(said["folder"]), sweep_hour=said["sweep_hour"]):
        current_app.start(arguments)


def _die_with(parent: int) -> None:
    """Ask the kernel for a signal at the parent's death."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    main()
