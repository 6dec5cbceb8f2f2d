"""Run a management command with the servers it needs."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from django.core.management import execute_from_command_line

from config.embedded import servers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# Commands that read code and settings only.
WITHOUT_SERVERS = frozenset(
    {
        "",
        "--help",
        "--version",
        "-h",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "version",
    }
)
# Commands that change or measure the schema; everything else connects as the application.
AS_OWNER = frozenset(
    {
        "bench",
        "dbshell",
        "flush",
        "grant_roles",
        "load",
        "makemigrations",
        "migrate",
        "prepare",
        "seed",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
    }
)
# Two migrations at once leave half-made tables of Django's own behind.
ALONE = frozenset({"migrate", "prepare"})


def run(arguments: Sequence[str]) -> None:
    """Start or join the servers, run the command, and let go of them whatever happens."""
    command = arguments[1] if len(arguments) > 1 else ""
    if command in AS_OWNER:
        os.environ.setdefault("DSAR_DATABASE_ROLE", "owner")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with contextlib.ExitStack() as held:
        if servers.are_wanted() and command not in WITHOUT_SERVERS:
            held.enter_context(servers.running(alone=command in ALONE))
        execute_from_command_line(list(arguments))


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  Python hands it in.
    # The default would end the process at once, and the servers would outlive their last user.
    sys.exit(128 + number)
