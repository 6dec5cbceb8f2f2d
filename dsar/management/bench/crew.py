"""Real workers and their clock, each a process of its own on the bench's database; they may be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.management import CommandError

from dsar.management.bench import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PREFIX = "dsar-bench-"
STOP_SECONDS = 20
_QUEUES = "requests,notifications,mail"
_WORKER = ["--pool", "prefork", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
_BEAT = ["beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", "ERROR"]


@dataclass(frozen=True, kw_only=True)
class Member:
    """One process and its children."""

    name: str
    popen: subprocess.Popen[bytes] = field(repr=False)

    def kill(self) -> None:
        """End it and its children at once, as a crash would."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> None:
        """Ask it to end."""
        self.popen.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(timeout=STOP_SECONDS)
        self.kill()


@dataclass(kw_only=True)
class Crew:
    """Whoever works for the bench now."""

    folder: Path
    sweep_hour: int | None = None
    processes: int = 1
    """Of each worker."""
    workers: list[Member] = field(default_factory=list)
    begun: int = 0
    changing: threading.Lock = field(default_factory=threading.Lock)

    def hire(self) -> Member:
        """Start one more worker."""
        self.begun += 1
        name = f"{PREFIX}{self.begun}"
        arguments = [
            "worker",
            "-n",
            f"{name}@local",
            "-Q",
            _QUEUES,
            "--concurrency",
            str(self.processes),
            *_WORKER,
        ]
        self.workers.append(self._start(name, arguments))
        return self.workers[-1]

    def kill(self, member: Member) -> None:
        """Kill a worker."""
        self.workers.remove(member)
        member.kill()

    def replace_one(self, choose: Callable[[list[Member]], Member]) -> None:
        """Kill a worker and put another in its place; one change at a time."""
        with self.changing:
            self.kill(choose(self.workers))
            self.hire()

    def replace_all(self) -> None:
        """Put new workers in the place of all."""
        with self.changing:
            for member in list(self.workers):
                self.kill(member)
                self.hire()

    def kill_all(self) -> None:
        """Kill whoever is left."""
        for member in list(self.workers):
            self.kill(member)

    def start_clock(self) -> Member:
        """Start beat, which sends the sweep."""
        return self._start(f"{PREFIX}beat", _BEAT)

    def _start(self, name: str, arguments: list[str]) -> Member:
        order = {
            "database": scratch.name(),
            "folder": str(self.folder),
            "name": name,
            "parent": os.getpid(),
            "sweep_hour": self.sweep_hour,
        }
        # Root is who runs a container; the bench says nothing about it.
        quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
        module = ["-m", "dsar.management.bench.member", json.dumps(order), "--quiet"]
        with (self.folder / f"{name}.log").open("ab") as log:
            popen = subprocess.Popen(
                [sys.executable, *quiet, *module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Member(name=name, popen=popen)


@contextmanager
def at_work(
    folder: Path, *, workers: int, processes: int = 1, sweep_hour: int | None = None
) -> Iterator[Crew]:
    """So many workers and their clock, for the length of a block."""
    crew = Crew(folder=folder, processes=processes, sweep_hour=sweep_hour)
    with ExitStack() as started:
        started.callback(crew.kill_all)
        clock = crew.start_clock()
        started.callback(clock.kill)
        for _ in range(workers):
            crew.hire()
        yield crew


def wait_until(done: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.05) -> None:
    """Look again and again; raises CommandError, naming `what`, when the time is over."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            message = f"{what} took longer than {seconds:g} seconds; nothing was measured."
            raise CommandError(message)
        time.sleep(pause)
