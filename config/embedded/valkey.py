"""The embedded Valkey: start it, find it again, stop it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import binaries, daemons

if TYPE_CHECKING:
    from pathlib import Path

    from config.embedded.places import Places

START_SECONDS = 20.0
# Every test run takes numbers of its own, for the broker and for the cache.
DATABASES = 1024


def ensure(places: Places) -> bool:
    """Have the server answer; call it with the gate held. Returns whether it had to be started."""
    if is_answering(places):
        return False
    if running_pid(places) is None:
        _start(places)
    # It may be reading its files, started by a command that was killed.
    daemons.wait_until(lambda: is_answering(places), seconds=START_SECONDS, what="Valkey")
    return True


def is_answering(places: Places) -> bool:
    """Whether the server is up and has read its files."""
    client = connect(places)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def connect(places: Places) -> redis.Redis:
    """Connect without the client's own retries: they would cost seconds where nothing listens."""
    return redis.Redis(
        unix_socket_path=str(places.valkey_socket), retry=Retry(NoBackoff(), 0), socket_timeout=5
    )


def running_pid(places: Places) -> int | None:
    """Read the server's process number, if that process is alive and is this server."""
    try:
        pid = int(_note(places).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if daemons.is_alive(pid, marker=str(places.broker)) else None


def stop(places: Places) -> None:
    """Shut down; the append-only file is complete first."""
    pid = running_pid(places)
    if pid is not None:
        daemons.stop(pid, signal=signal.SIGTERM, marker=str(places.broker))


def _start(places: Places) -> None:
    options = {
        "port": "0",
        "unixsocket": str(places.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(places.broker),
        "pidfile": str(_note(places)),
        "appendonly": "yes",
        "save": "",
        "databases": str(DATABASES),
        "maxmemory-policy": "noeviction",
        # The command line must go on naming the data folder: that is how the process is recognised.
        "set-proc-title": "no",
    }
    settings = [part for name, value in options.items() for part in (f"--{name}", value)]
    log = places.home / "valkey.log"
    process = daemons.start([binaries.valkey(places), *settings], account=places.account, log=log)

    def answered() -> bool:
        if process.poll() is not None:
            raise daemons.ServerError(f"Valkey ended:\n{daemons.tail(log)}")
        return is_answering(places)

    daemons.wait_until(answered, seconds=START_SECONDS, what="Valkey")
    daemons.detach(process)


def _note(places: Places) -> Path:
    return places.broker / "valkey.pid"
