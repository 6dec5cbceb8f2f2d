"""The embedded PostgreSQL: make its cluster, start it, find it again, stop it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import psycopg

from config.embedded import binaries, daemons

if TYPE_CHECKING:
    from pathlib import Path

    from config.embedded.places import Places

SUPERUSER = "postgres"
START_SECONDS = 60.0
# Durability is left as PostgreSQL ships it (fsync, synchronous_commit): what holds here after a
# kill -9 is what holds in production.
SETTINGS = {
    "listen_addresses": "",
    "shared_preload_libraries": "pg_stat_statements",
    # A full list forgets statements, and whoever counts them would count backwards.
    "pg_stat_statements.max": "20000",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def ensure(places: Places) -> bool:
    """Have the server answer; call it with the gate held. Returns whether it had to be started."""
    if is_answering(places):
        return False
    if running_pid(places) is None:
        _initialise(places)
        _forget_dead_server(places)
        _start(places)
    else:
        # It is alive and recovering, or was being started by a command that was killed.
        daemons.wait_until(lambda: is_answering(places), seconds=START_SECONDS, what="PostgreSQL")
    return True


def is_answering(places: Places) -> bool:
    """Whether somebody can connect."""
    if not (places.sockets / ".s.PGSQL.5432").exists():
        return False
    try:
        connect(places).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(places: Places, *, database: str = "postgres") -> psycopg.Connection:
    """Connect as the superuser, outside any transaction."""
    return psycopg.connect(
        host=str(places.sockets),
        user=SUPERUSER,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def running_pid(places: Places) -> int | None:
    """Read the server's process number, if that process is alive and is this server."""
    try:
        first = (places.cluster / "postmaster.pid").read_text().split("\n", 1)[0]
        pid = int(first)
    except (FileNotFoundError, ValueError):
        return None
    return pid if daemons.is_alive(pid, marker=str(places.cluster)) else None


def stop(places: Places) -> None:
    """Shut down: open transactions are rolled back, everything committed is on disk."""
    pid = running_pid(places)
    if pid is not None:
        daemons.stop(pid, signal=signal.SIGINT, marker=str(places.cluster))


def log(places: Places) -> Path:
    """Name the server's log."""
    return places.home / "postgresql.log"


def _initialise(places: Places) -> None:
    if places.cluster.is_dir():
        return
    new = places.cluster.with_name("postgresql.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if places.account:
        os.chown(new, places.account.uid, places.account.gid)
    _initdb(places, new)
    # A cluster whose making was interrupted never bears the final name.
    new.rename(places.cluster)


def _initdb(places: Places, folder: Path) -> None:
    account = places.account
    options = ["--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    program = binaries.postgresql(places) / "initdb"
    made = subprocess.run(
        [program, "-D", folder, "-U", SUPERUSER, *options, *locale],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode != 0:
        raise daemons.ServerError(f"initdb failed: {made.stderr[-2000:]}")


def _start(places: Places) -> None:
    process = _launch(places)

    def answered() -> bool:
        nonlocal process
        if process.poll() is not None:
            said = daemons.tail(log(places))
            # Backends of a killed server end by themselves; their memory is in use until then.
            if "still in use" not in said:
                raise daemons.ServerError(f"PostgreSQL ended:\n{said}")
            process = _launch(places)
        return is_answering(places)

    daemons.wait_until(answered, seconds=START_SECONDS, what="PostgreSQL")
    daemons.detach(process)


def _launch(places: Places) -> subprocess.Popen[bytes]:
    program = binaries.postgresql(places) / "postgres"
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return daemons.start(
        [program, "-D", places.cluster, "-k", places.sockets, *settings],
        account=places.account,
        log=log(places),
    )


def _forget_dead_server(places: Places) -> None:
    """Remove a killed server's notes where its number is another process's by now.

    PostgreSQL refuses to start while any process of the same user has that number. In every other
    case its note in the data stays: with it PostgreSQL looks for backends that outlived a server.
    """
    note = places.cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError):
        if daemons.exists(int(note.read_text().split("\n", 1)[0])):
            note.unlink()
    # The gate is held and this folder is ours alone: no living server has this lock.
    (places.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
