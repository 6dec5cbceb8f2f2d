"""Start, watch and stop the processes that make the site: web, workers, beat.

Each is a process of its own in a session of its own, as in production; a terminal's Ctrl-C reaches
only the command that started them, which then stops them in order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.embedded.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

QUEUES = "requests,notifications,mail"
# Root is who runs a container; the demonstration says nothing about it.
CELERY = [
    "-W",
    "ignore:You're running the worker with superuser privileges",
    *("-m", "celery", "--quiet", "-A", "config.celery"),
]
READY_SECONDS = 120.0
STOP_SECONDS = 15.0
PAUSE_SECONDS = 0.05


class ProcessError(Exception):
    """A process of the site did not start, or ended by itself."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One running part of the site."""

    name: str
    popen: subprocess.Popen[bytes] = field(repr=False)
    address: str = ""

    @property
    def pid(self) -> int:
        """The number of its main process."""
        return self.popen.pid

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None


@dataclass(frozen=True, kw_only=True)
class Site:
    """All parts, as `running` starts them."""

    web: Process
    workers: tuple[Process, ...]
    beat: Process

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return self.web.address

    @property
    def all(self) -> tuple[Process, ...]:
        """Every part, in the order in which they are stopped."""
        return (self.web, self.beat, *self.workers)


def start_web(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> Process:
    """Start the web server; port 0 takes a free one. Call `wait_for_web` before using it."""
    with _listening(host, port) as listener:
        number = listener.getsockname()[1]
        arguments = ["--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"]
        sizes = ["--workers", "2", "--threads", "8", "--graceful-timeout", "10"]
        quiet = ["--log-level", "warning", "--no-control-socket"]
        popen = _start(
            ["-m", "gunicorn", "config.wsgi:application", *arguments, *sizes, *quiet],
            environment=environment,
            output=output,
            pass_fds=(listener.fileno(),),
        )
    return Process(name="web", popen=popen, address=f"http://{host}:{number}/")


def start_worker(
    *,
    concurrency: int = 2,
    queues: str = QUEUES,
    environment: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> Process:
    """Start a worker with a pool of processes. Call `wait_for_worker` to know that it listens."""
    # Celery addresses a worker by this name; several may run on one machine.
    name = f"worker-{uuid.uuid4().hex[:8]}@local"
    pool = ["--pool", "prefork", "--concurrency", str(concurrency)]
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    popen = _start(
        [*CELERY, "worker", "-n", name, "-Q", queues, *pool, *quiet],
        environment=environment,
        output=output,
    )
    return Process(name=name, popen=popen)


def start_beat(
    *, environment: Mapping[str, str] | None = None, output: Path | None = None
) -> Process:
    """Start the clock that sends the sweep; its schedule is static and kept in memory."""
    options = ["--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", "WARNING"]
    popen = _start(
        [*CELERY, "beat", *options],
        environment=environment,
        output=output,
    )
    return Process(name="beat", popen=popen)


def wait_for_web(web: Process, *, seconds: float = READY_SECONDS) -> None:
    """Return when the site answers; raises ProcessError when it ends or takes too long."""
    _wait(web, lambda: _answers(f"{web.address}health/"), seconds=seconds)


def wait_for_worker(worker: Process, *, seconds: float = READY_SECONDS) -> None:
    """Return when the worker answers through the broker of this process's settings."""
    from config.celery import app  # noqa: PLC0415  Settings are read when this is first asked.

    lost = app.connection_for_write().recoverable_connection_errors

    def answered() -> bool:
        try:
            return bool(app.control.ping(destination=[worker.name], timeout=1.0, limit=1))
        except lost:
            # A pooled connection may have ended since it was used last; the next attempt opens another.
            return False

    _wait(worker, answered, seconds=seconds)


def stop(processes: Iterable[Process], *, seconds: float = STOP_SECONDS) -> None:
    """Ask all to end, wait, and kill the sessions of those that do not."""
    stopping = list(processes)
    for process in stopping:
        with contextlib.suppress(ProcessLookupError):
            process.popen.terminate()
    end = time.monotonic() + seconds
    for process in stopping:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(timeout=max(0.0, end - time.monotonic()))
        kill(process)


def kill(process: Process) -> None:
    """End a process and its children at once, as a crash would."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.popen.wait()


@contextlib.contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    workers: int = 1,
    environment: Mapping[str, str] | None = None,
    logs: Path | None = None,
) -> Iterator[Site]:
    """Run the whole site, ready when entered, gone when left; `logs` is a folder for its output."""
    with contextlib.ExitStack() as started:

        def kept(process: Process) -> Process:
            started.callback(stop, [process])
            return process

        def log(name: str) -> Path | None:
            return logs / f"{name}.log" if logs else None

        web = kept(start_web(host=host, port=port, environment=environment, output=log("web")))
        crew = tuple(
            kept(start_worker(environment=environment, output=log(f"worker-{number}")))
            for number in range(1, workers + 1)
        )
        beat = kept(start_beat(environment=environment, output=log("beat")))
        wait_for_web(web)
        for worker in crew:
            wait_for_worker(worker)
        site = Site(web=web, workers=crew, beat=beat)
        # All are told before any is waited for.
        started.callback(stop, site.all)
        yield site


def prepare_database(*, environment: Mapping[str, str] | None = None) -> None:
    """Bring schema and permissions up to date, as the owner; concurrent calls wait."""
    manage = str(CHECKOUT / "manage.py")
    done = subprocess.run(
        [sys.executable, manage, "prepare", "--verbosity", "0"],
        stdout=subprocess.DEVNULL,
        cwd=CHECKOUT,
        env=dict(environment) if environment is not None else None,
        check=False,
    )
    if done.returncode != 0:
        raise ProcessError("The database could not be brought up to date.")


def _start(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None,
    output: Path | None,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    leash = [sys.executable, "-m", "config.leash", str(os.getpid()), sys.executable]
    surroundings = {**(os.environ if environment is None else environment)}
    # The web and the workers are the application, whoever the command that starts them is.
    surroundings.pop("DSAR_DATABASE_ROLE", None)
    with contextlib.ExitStack() as opened:
        target = opened.enter_context(output.open("ab")) if output else None
        return subprocess.Popen(
            [*leash, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT if target else None,
            cwd=CHECKOUT,
            env=surroundings,
            start_new_session=True,
            pass_fds=pass_fds,
        )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port before the server starts: between finding and taking it nobody can come."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ProcessError(f"Port {port} cannot be used: {error.strerror}.") from error
        listener.listen(128)
        yield listener


def _wait(process: Process, ready: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if not process.is_running():
            raise ProcessError(f"{process.name} ended with {process.popen.returncode}.")
        if time.monotonic() > end:
            raise ProcessError(f"{process.name} is not ready after {seconds:g} s.")
        time.sleep(PAUSE_SECONDS)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310  Our own.
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
