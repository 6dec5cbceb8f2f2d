"""`manage.py up` runs the whole site, and nothing of it is left, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest

from config import processes
from config.embedded import daemons, places, postgresql, servers, valkey
from tests.start import children

# A first start makes a cluster, migrates and starts nine processes.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def home():
    """A data folder for the site; the first start makes what is in it, the next one finds it."""
    with children.data_folder("up-") as found:
        yield found


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard():
    """Tests that a shell started in the background ignore Ctrl-C, and so would all that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def up(home):
    """The command, starting, with servers of its own."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=places.CHECKOUT,
        env=children.environment(home),
    )
    yield process
    process.kill()
    process.communicate()
    children.stop_servers()


def ready(process: subprocess.Popen[str]) -> str:
    """Read until the address comes."""
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Ready: "):
            return line.split()[1]
    raise AssertionError("it ended before it was ready")


def family(home: Path) -> list[int]:
    """Find every process that was started with this data folder, this one left out."""
    mark = f"DSAR_LOCAL_FOLDER={home}\0".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # A zombie has no environment.
            if mark in (process / "environ").read_bytes() and int(process.name) != os.getpid():
                found.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def test_ctrl_c_ends_the_site_that_ran_as_the_application_and_its_servers(up):
    address = ready(up)
    with urllib.request.urlopen(f"{address}health/") as response:
        assert response.read() == b"ok\n"
    with psycopg.connect(servers.local().database_url(), autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM dsar_ledger_entry").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM dsar_ledger_entry")
    home = places.local().home
    # The command, two web processes and their master, a worker with two, beat.
    assert len(family(home)) >= 8
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=60) == 0
    assert family(home) == []
    assert postgresql.running_pid(places.local()) is None
    assert valkey.running_pid(places.local()) is None


@pytest.mark.slow
def test_ctrl_c_ends_the_demonstration_in_the_middle_of_a_journey(home):
    """A terminal sends Ctrl-C to the command and to all it started."""
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=places.CHECKOUT,
        env=children.environment(home),
        start_new_session=True,
    )
    try:
        assert demo.stdout
        assert any(" asks for access: " in line for line in demo.stdout), "it ended too soon"
        assert len(family(home)) >= 8
        os.killpg(demo.pid, signal.SIGINT)
        rest, _ = demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == 0
    assert rest.endswith("Stopped.\n")
    assert family(home) == []
    assert postgresql.running_pid(places.local()) is None
    assert valkey.running_pid(places.local()) is None


def test_kill_9_of_the_command_takes_the_site_along_and_leaves_the_servers(up):
    ready(up)
    home = places.local().home
    assert len(family(home)) >= 8
    up.kill()
    up.wait()
    daemons.wait_until(lambda: family(home) == [], seconds=20, what="the site's end")
    assert postgresql.running_pid(places.local()) is not None


@pytest.mark.usefixtures("transactional_db")
def test_a_site_works_on_the_tests_own_database_and_broker(child_environment, tmp_path):
    with processes.running(environment=child_environment, logs=tmp_path) as site:
        with urllib.request.urlopen(f"{site.address}health/") as response:
            assert response.status == 200
        assert all(process.is_running() for process in site.all)
    assert not any(process.is_running() for process in site.all)


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(processes.ProcessError, match=str(port)):
            processes.start_web(port=port)
