"""Starting, recognising and stopping a server process that outlives the command it was started by."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.embedded.places import Account

PAUSE_SECONDS = 0.02


class ServerError(Exception):
    """A server did not start or stop in time."""


def start(
    command: Sequence[str | Path], *, account: Account | None, log: Path
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C in a terminal does not reach it."""
    log.touch(mode=0o600)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env=_environment(),
        )


def detach(process: subprocess.Popen[bytes]) -> None:
    """Stop regarding a server as a child: it outlives this command, and others find it by number."""
    process.returncode = 0


def is_alive(pid: int, *, marker: str) -> bool:
    """Whether this number is still the server's: numbers are reused, and a zombie has no words."""
    return marker.encode() in _command_line(pid)


def exists(pid: int) -> bool:
    """Whether any process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(pid: int, *, signal: int, marker: str, seconds: float = 30.0) -> None:
    """Ask it to end and wait until it has."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal)
    wait_until(lambda: not is_alive(pid, marker=marker), seconds=seconds, what=f"process {pid}")


def wait_until(done: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Poll until `done`; raises ServerError, naming `what`, when the time is over."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise ServerError(f"{what}: not ready after {seconds:g} s")
        time.sleep(PAUSE_SECONDS)


def tail(log: Path, *, lines: int = 12) -> str:
    """Read the end of a log, for an error's message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _command_line(pid: int) -> bytes:
    proc = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return b""
    listed = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    )
    return listed.stdout


def _environment() -> dict[str, str]:
    # Variables such as PGDATA or PGPORT would steer the server away from what it is told here.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
