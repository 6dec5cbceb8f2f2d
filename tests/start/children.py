"""Commands for tests: another process that uses the embedded servers of a given folder."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from config.embedded.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

USER = """
import sys
from config.embedded import servers
with servers.running():
    print("up", flush=True)
    sys.stdin.read()
"""

OF_THE_TESTS = {
    "DATABASE_URL",
    "REDIS_URL",
    "DSAR_LEDGER_SECOND_PLACE",
    "DSAR_LOCAL",
    "DSAR_TEST_DATABASE",
}


def environment(home: Path, **more: str) -> dict[str, str]:
    """Point a process at servers of its own."""
    wanted = {"DSAR_LOCAL_FOLDER": str(home), **more}
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    return {**inherited, **wanted}


def start_user(home: Path) -> subprocess.Popen[str]:
    """Start a process that holds the servers until its input ends; returns when they are up."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env=environment(home),
    )
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    return process


def end(process: subprocess.Popen[str]) -> int:
    """Let it leave in its own way, and wait."""
    process.communicate(timeout=60)
    return process.returncode
