"""Several hosts on one machine: each a network namespace, each link a pair of virtual cables that can be pulled.

Nobody outside the namespaces has an address in them. This process reaches the servers by their Unix sockets.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from django.db import connection, connections

from config import processes
from config.embedded import binaries, daemons, places, postgresql, roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_IP = shutil.which("ip") or "ip"
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of sched.h."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_NETWORK = "10.77"
_DATABASE = "test_hosts"
_SERVERS = ("database", "broker")


@dataclass(frozen=True, kw_only=True)
class Host:
    """One host, and its number among them."""

    name: str
    number: int

    def address_of(self, server: str) -> str:
        """Where this host finds a server: each link has a network of its own."""
        return f"{_NETWORK}.{self.number}.{4 * _SERVERS.index(server) + 1}"


class Network:
    """The hosts and the links between them, all of which go with `remove`."""

    def __init__(self) -> None:
        self._prefix = f"dsar{os.getpid()}"
        self._made: list[str] = []

    def add(self, name: str) -> None:
        """Make a host with nothing but itself to talk to."""
        _ip("netns", "add", self.place(name))
        self._made.append(name)
        _ip("-n", self.place(name), "link", "set", "lo", "up")

    def link(self, host: Host, server: str) -> None:
        """Lay a cable between a host and a server."""
        ours, theirs = self.place(host.name), self.place(server)
        _ip(
            "-n",
            theirs,
            "link",
            "add",
            host.name,
            "type",
            "veth",
            "peer",
            "name",
            server,
            "netns",
            ours,
        )
        there = host.address_of(server)
        here = f"{there.rpartition('.')[0]}.{4 * _SERVERS.index(server) + 2}"
        for place, end, address in ((theirs, host.name, there), (ours, server, here)):
            _ip("-n", place, "address", "add", f"{address}/30", "dev", end)
            _ip("-n", place, "link", "set", end, "up")

    def pull(self, host: Host, *servers: str) -> None:
        """Pull the cables at the servers' end: nobody is told anything, packets are lost."""
        for server in servers:
            _ip("-n", self.place(server), "link", "set", host.name, "down")

    def plug(self, host: Host, *servers: str) -> None:
        """Put the cables back."""
        for server in servers:
            _ip("-n", self.place(server), "link", "set", host.name, "up")

    def place(self, name: str) -> str:
        """A host's name on this machine."""
        return f"{self._prefix}-{name}"

    def remove(self) -> None:
        """Unmake every host; the links go with them."""
        for name in self._made:
            _ip("netns", "delete", self.place(name))

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """A block whose new processes, and whose new sockets, are on that host."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.place(name)}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(before)
            os.close(there)
            os.close(before)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    subprocess.run([_IP, *arguments], check=True, capture_output=True)


class Servers:
    """PostgreSQL and Valkey of these hosts' own, each on its host, over TCP."""

    def __init__(self, network: Network, folder: Path) -> None:
        self._network = network
        account = places.service_account()
        self.places = replace(
            places.local(), home=folder / "home", sockets=folder / "sockets", account=account
        )
        self.broker_socket = folder / "broker.sock"
        self._folder = folder
        self._broker: subprocess.Popen[bytes] | None = None

    def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Start both, and make the roles."""
        places.make(self.places)
        monkeypatch.setitem(postgresql.SETTINGS, "listen_addresses", "*")
        with self._network.inside("database"):
            postgresql.ensure(self.places)
        roles.ensure(self.places)
        with (self.places.cluster / "pg_hba.conf").open("a") as allowed:
            allowed.write(f"host all all {_NETWORK}.0.0/16 trust\n")
        with postgresql.connect(self.places) as there:
            there.execute("SELECT pg_reload_conf()")
            there.execute(f"CREATE DATABASE {_DATABASE}")
        with self._network.inside("broker"):
            self._broker = self._start_broker()
        daemons.wait_until(self._broker_answers, seconds=20, what="the broker")

    def _start_broker(self) -> subprocess.Popen[bytes]:
        options = {
            "bind": "0.0.0.0",  # noqa: S104 - inside the namespace, where only the hosts are.
            "protected-mode": "no",
            "unixsocket": self.broker_socket,
            "dir": self._folder,
            "save": "",
        }
        settings = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        program = binaries.valkey(places.local())
        return daemons.start([program, *settings], account=None, log=self._folder / "broker.log")

    def _broker_answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self.broker_socket), socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """End both at once; nothing of theirs is kept."""
        if self._broker:
            self._broker.send_signal(signal.SIGKILL)
            self._broker.wait()
        postgresql.stop(self.places)

    def restart_database(self) -> None:
        """Restart PostgreSQL as an operator would who cannot wait: every session is cut."""
        postgresql.stop(self.places)
        with self._network.inside("database"):
            postgresql.ensure(self.places)

    def environment(self, host: Host | None) -> dict[str, str]:
        """Where the servers are, for a host, or by their sockets for this process."""
        user = postgresql.SUPERUSER
        if host is None:
            return {
                "DATABASE_URL": f"postgresql://{user}@/{_DATABASE}?host={self.places.sockets}",
                "REDIS_URL": f"unix://{self.broker_socket}?db=0",
            }
        return {
            "DATABASE_URL": f"postgresql://{user}@{host.address_of('database')}/{_DATABASE}",
            "REDIS_URL": f"redis://{host.address_of('broker')}/0",
        }


class Town:
    """Hosts, servers, and whoever works there."""

    def __init__(self, network: Network, servers: Servers, surroundings: dict[str, str]) -> None:
        self.network = network
        self.servers = servers
        self._surroundings = surroundings
        self._started = ExitStack()

    def surroundings(self, host: Host) -> dict[str, str]:
        """The environment of a process on a host."""
        return {**self._surroundings, **self.servers.environment(host)}

    def start(self, what: Any, host: Host, **options: Any) -> processes.Process:
        """Start a part of the site on a host."""
        with self.network.inside(host.name):
            process: processes.Process = what(environment=self.surroundings(host), **options)
        self._started.callback(processes.kill, process)
        return process

    def leave(self) -> None:
        """End whatever was started."""
        self._started.close()


@contextmanager
def town(
    *hosts: Host, surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """The hosts with their servers; this process's own connection leads to their database meanwhile."""
    # A socket's path is short, and the servers' account must reach it.
    folder = Path(tempfile.mkdtemp(prefix="hosts-"))
    folder.chmod(0o711)
    network = Network()
    servers = Servers(network, folder)
    made = Town(network, servers, surroundings)
    try:
        for name in (*_SERVERS, *(host.name for host in hosts)):
            network.add(name)
        for host in hosts:
            for server in _SERVERS:
                network.link(host, server)
        servers.start(monkeypatch)
        processes.prepare_database(environment={**surroundings, **servers.environment(None)})
        with _connected(str(servers.places.sockets)):
            yield made
    finally:
        made.leave()
        servers.stop()
        network.remove()
        shutil.rmtree(folder)


@contextmanager
def _connected(sockets: str) -> Iterator[None]:
    found = connection.settings_dict
    before = {name: found[name] for name in ("HOST", "NAME", "USER")}
    connections.close_all()
    found |= {"HOST": sockets, "NAME": _DATABASE, "USER": postgresql.SUPERUSER}
    try:
        yield
    finally:
        connections.close_all()
        found |= before
