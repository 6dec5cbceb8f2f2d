"""Share the embedded servers: the first user starts them, the last one stops them."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from config.embedded import locks, places, postgresql, roles, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.embedded.places import Places


@dataclass(frozen=True, kw_only=True)
class Servers:
    """How to reach the servers of this checkout, started or not."""

    places: Places

    def database_url(self, *, role: str = roles.APPLICATION, database: str = roles.DATABASE) -> str:
        """Write the address of a database as DATABASE_URL, and libpq, have it."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.places.sockets))}"

    def redis_url(self, *, number: int = 0) -> str:
        """Write the address of one of Valkey's databases as REDIS_URL has it."""
        return f"unix://{self.places.valkey_socket}?db={number}"

    def ensure(self) -> None:
        """Start what was killed since; the caller holds a reference."""
        if postgresql.running_pid(self.places) and valkey.running_pid(self.places):
            return
        with locks.gate(self.places):
            _start(self.places)


def local() -> Servers:
    """Describe the servers of this checkout without starting them."""
    return Servers(places=places.local())


def are_wanted() -> bool:
    """Whether the environment leaves a server for us to provide."""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


@contextlib.contextmanager
def running(*, alone: bool = False) -> Iterator[Servers]:
    """Hold the servers up; `alone` keeps every other start and migration waiting meanwhile."""
    servers = local()
    places.make(servers.places)
    with contextlib.ExitStack() as held:
        with locks.gate(servers.places):
            reference = locks.join(servers.places)
            held.callback(_leave, servers.places, reference)
            _start(servers.places)
        if alone:
            held.enter_context(locks.gate(servers.places))
        yield servers


def _start(at: Places) -> None:
    postgresql.ensure(at)
    valkey.ensure(at)
    roles.ensure(at)


def _leave(at: Places, reference: int) -> None:
    with locks.gate(at):
        try:
            if locks.is_last(reference):
                valkey.stop(at)
                postgresql.stop(at)
        finally:
            locks.leave(reference)
