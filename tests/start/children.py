"""Commands for tests: another process that uses the embedded servers of a given folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.embedded import places, postgresql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def data_folder(prefix: str) -> Iterator[Path]:
    """Name a data folder that the servers' own user may enter; whoever starts servers there stops them."""
    with (
        tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(folder).chmod(0o711)
        home = Path(folder) / "home"
        patch.setenv("DSAR_LOCAL_FOLDER", str(home))
        yield home


def stop_servers() -> None:
    """Stop those of the data folder that is named now."""
    for server in (postgresql, valkey):
        server.stop(places.local())


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
    "MEDIA_ROOT",
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
        cwd=places.CHECKOUT,
        env=environment(home),
    )
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    return process


def end(process: subprocess.Popen[str]) -> int:
    """Let it leave in its own way, and wait."""
    process.communicate(timeout=60)
    return process.returncode
