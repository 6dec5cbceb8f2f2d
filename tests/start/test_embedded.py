"""The embedded servers are shared, outlive a kill, come back after one, and end with the last."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from config.embedded import daemons, locks, places, postgresql, roles, servers, valkey
from tests.start import children

NOBODY = 65534


@pytest.fixture
def nothing():
    """A data folder of this test's own, not made yet, where PostgreSQL's account can reach it."""
    with children.data_folder("start-") as home:
        yield home
        children.stop_servers()


@pytest.fixture(scope="module")
def cluster():
    """A cluster that was made once, by a first start, and is at rest."""
    with children.data_folder("made-"):
        with servers.running() as running:
            made = running.places.cluster
        yield made


@pytest.fixture
def home(nothing, cluster):
    """The same with a cluster in it: making one takes longer than all the rest."""
    nothing.mkdir()
    subprocess.run(["/bin/cp", "-a", cluster, nothing], check=True)
    return nothing


def test_the_last_user_stops_the_servers_and_not_an_earlier_one(home):
    with servers.running() as running:
        first = postgresql.running_pid(running.places)
        second = children.start_user(home)
    assert postgresql.running_pid(running.places) == first
    assert valkey.is_answering(running.places)
    assert children.end(second) == 0
    assert postgresql.running_pid(running.places) is None
    assert valkey.running_pid(running.places) is None


def test_servers_orphaned_by_kill_9_are_adopted_and_then_stopped(home):
    killed = children.start_user(home)
    before = postgresql.running_pid(places.local()), valkey.running_pid(places.local())
    assert None not in before
    killed.kill()
    killed.communicate()
    with servers.running() as running:
        assert (
            postgresql.running_pid(running.places),
            valkey.running_pid(running.places),
        ) == before
    assert postgresql.running_pid(running.places) is None


def test_killed_servers_come_back_with_what_was_committed(home):
    with servers.running() as running:
        with psycopg.connect(running.database_url(role=roles.OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE canary AS SELECT 'sings' AS song")
        for server in (postgresql, valkey):
            os.kill(server.running_pid(running.places), signal.SIGKILL)
        daemons.wait_until(
            lambda: not postgresql.is_answering(running.places), seconds=10, what="the kill"
        )
        running.ensure()
        assert valkey.is_answering(running.places)
        with psycopg.connect(running.database_url()) as connection:
            assert connection.execute("SELECT song FROM canary").fetchone() == ("sings",)


def test_a_dead_servers_number_that_now_is_another_process_is_no_obstacle(home):
    with servers.running() as running:
        pass
    note = running.places.cluster / "postmaster.pid"
    account = running.places.account
    with subprocess.Popen(
        ["/bin/sleep", "60"], user=account.uid if account else None, cwd="/"
    ) as stranger:
        note.write_text(f"{stranger.pid}\n{running.places.cluster}\n")
        if account:
            os.chown(note, account.uid, account.gid)
        with servers.running():
            assert postgresql.running_pid(running.places) != stranger.pid
        assert stranger.poll() is None
        stranger.terminate()


def test_starts_that_race_share_one_server(home):
    racing = [
        threading.Thread(target=lambda: users.append(children.start_user(home))) for _ in range(3)
    ]
    users: list[subprocess.Popen[str]] = []
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    log = postgresql.log(places.local()).read_text()
    assert log.count("ready to accept connections") == 1
    assert [children.end(user) for user in users] == [0, 0, 0]
    assert postgresql.running_pid(places.local()) is None


def test_the_gate_keeps_a_second_start_waiting(home):
    with servers.running(alone=True) as running:
        waiting = threading.Thread(target=lambda: children.end(children.start_user(home)))
        descriptor = os.open(running.places.gate, os.O_RDWR)
        assert not _is_free(descriptor)
        waiting.start()
        waiting.join(timeout=0.3)
        assert waiting.is_alive()
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    assert _is_free(descriptor)
    os.close(descriptor)


def test_nobody_else_can_look_into_the_folders_and_nothing_listens_on_a_port(home):
    with servers.running() as running:
        for folder in (running.places.cluster, running.places.broker, running.places.sockets):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with psycopg.connect(running.database_url()) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert valkey.connect(running.places).config_get("port") == {"port": "0"}


def test_durability_is_as_postgresql_ships_it(home):
    with servers.running() as running, psycopg.connect(running.database_url()) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_the_application_changes_rows_and_nothing_else(home):
    with servers.running() as running:
        with psycopg.connect(running.database_url(role=roles.OWNER), autocommit=True) as owner:
            owner.execute("CREATE TABLE thing (id bigserial PRIMARY KEY, name text)")
        with psycopg.connect(running.database_url(), autocommit=True) as application:
            application.execute("INSERT INTO thing (name) VALUES ('one')")
            application.execute("UPDATE thing SET name = 'two'")
            application.execute("DELETE FROM thing")
            for forbidden in ("TRUNCATE thing", "DROP TABLE thing", "CREATE TABLE other ()"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(forbidden)


def test_a_deep_checkout_gets_its_sockets_in_the_temporary_folder(monkeypatch):
    deep = Path("/srv") / ("d" * 90) / ".local"
    monkeypatch.setenv("DSAR_LOCAL_FOLDER", str(deep))
    found = places.local()
    assert not found.sockets.is_relative_to(deep)
    assert len(os.fsencode(found.sockets / ".s.PGSQL.5432")) < 107


def test_servers_of_a_deep_checkout_start(home, monkeypatch):
    deep = home.parent / ("d" * 90)
    monkeypatch.setenv("DSAR_LOCAL_FOLDER", str(deep))
    with servers.running() as running, psycopg.connect(running.database_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert not running.places.sockets.is_relative_to(deep)


def test_a_socket_folder_that_a_stranger_put_there_is_refused(home, monkeypatch, tmp_path):
    deep = home.parent / ("e" * 90)
    monkeypatch.setenv("DSAR_LOCAL_FOLDER", str(deep))
    trap = places.local().sockets
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(places.PlaceError), servers.running():
            pass
    finally:
        trap.unlink()


def test_a_half_made_cluster_is_thrown_away(nothing):
    half = nothing / "postgresql.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with servers.running() as running:
        assert postgresql.is_answering(running.places)
    assert not half.exists()


def test_two_folders_have_servers_of_their_own(home, monkeypatch):
    with servers.running() as one:
        monkeypatch.setenv("DSAR_LOCAL_FOLDER", str(home.parent / "other"))
        with servers.running() as two:
            assert postgresql.running_pid(one.places) != postgresql.running_pid(two.places)
        assert postgresql.running_pid(two.places) is None
        assert postgresql.is_answering(one.places)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_starts_them_too(nothing):
    python = _python_for(NOBODY)
    if python is None:
        pytest.skip("this checkout or its packages lie where an ordinary user cannot look")
    nothing.mkdir()
    os.chown(nothing, NOBODY, NOBODY)
    code = children.USER.replace("sys.stdin.read()", "print(servers.local().places.account)")
    done = _run_as(NOBODY, [*python, code], home=nothing)
    assert done.stdout == "up\nNone\n", done.stderr
    assert (nothing / "postgresql").stat().st_uid == NOBODY
    assert postgresql.running_pid(places.local()) is None


def _python_for(uid: int) -> list[str] | None:
    """Find an interpreter that this user may run and that finds our packages."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        command = [candidate, "-c"]
        with contextlib.suppress(PermissionError, FileNotFoundError):
            if _run_as(uid, [*command, "import psycopg, redis, config"]).returncode == 0:
                return command
    return None


def _run_as(
    uid: int, command: list[str], *, home: Path | None = None
) -> subprocess.CompletedProcess[str]:
    packages = {"PYTHONPATH": str(Path(psycopg.__file__).parent.parent)}
    return subprocess.run(
        command,
        user=uid,
        group=uid,
        extra_groups=[],
        cwd=places.CHECKOUT,
        env=children.environment(home or Path("/nonexistent"), HOME="/nonexistent", **packages),
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_address_carries_every_letter_of_a_path(monkeypatch):
    monkeypatch.setenv("DSAR_LOCAL_FOLDER", "/srv/Mixed Case/ä")
    parsed = psycopg.conninfo.conninfo_to_dict(servers.local().database_url())
    assert parsed["host"] == "/srv/Mixed Case/ä/run"


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True


def test_is_last_tells_one_reference_from_two(home):
    places.make(places.local())
    one, two = locks.join(places.local()), locks.join(places.local())
    assert not locks.is_last(one)
    locks.leave(one)
    assert locks.is_last(two)
    locks.leave(two)
