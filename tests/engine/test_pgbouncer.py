"""Through PgBouncer in transaction mode every right ends as it does without: nothing leans on a session."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection

from config import addresses
from config.embedded import daemons, places
from dsar.cases.states import Outcome
from tests.engine.archives import everything, opened
from tests.engine.looking import places_of
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

PORT = "6432"
WHERE = ("HOST", "PORT", "OPTIONS", "CONN_MAX_AGE", "DISABLE_SERVER_SIDE_CURSORS")


def program() -> str:
    """PgBouncer comes from the system; where every tier must run, it must be there."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None and not os.environ.get("CI_REQUIRE_BROWSER"):
        pytest.skip("PgBouncer is not installed.")
    assert found, "PgBouncer is not installed."
    return found


@contextmanager
def bouncing() -> Iterator[Path]:
    """Run PgBouncer before the test's database; gives the folder of its socket, which goes with it.

    Two connections serve all clients, so that consecutive transactions change places.
    """
    found, account = connection.settings_dict, places.service_account()
    folder = Path(tempfile.mkdtemp(prefix="dsar-"))
    (folder / "users").write_text(f'"{found["USER"]}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={found['HOST']} port={found['PORT'] or 5432}\n"
        f"[pgbouncer]\nunix_socket_dir = {folder}\nlisten_port = {PORT}\n"
        f"auth_type = trust\nauth_file = {folder}/users\nadmin_users = {found['USER']}\n"
        "pool_mode = transaction\ndefault_pool_size = 2\n"
    )
    for path in (folder, *folder.iterdir()):
        if account:
            os.chown(path, account.uid, account.gid)
    log = folder / "log"
    started = daemons.start([program(), folder / "pgbouncer.ini"], account=account, log=log)
    try:
        daemons.wait_until(
            (folder / f".s.PGSQL.{PORT}").exists, seconds=10, what=f"PgBouncer: {daemons.tail(log)}"
        )
        yield folder
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait()
        shutil.rmtree(folder)


@pytest.fixture
def bouncer(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Send this test's statements through PgBouncer, set as `PGBOUNCER=1` sets it."""
    with bouncing() as folder:
        url = f"postgresql://{connection.settings_dict['USER']}@/unused?host={folder}"
        with monkeypatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            described = addresses.database(
                owner=False, through_pgbouncer=True, test_name="", embedded=None
            )
            described["PORT"] = PORT
            for name in WHERE:
                patch.setitem(connection.settings_dict, name, described[name])
            connection.close()
            yield folder
            connection.close()


def transactions(folder: Path) -> int:
    """How many transactions went through."""
    found = connection.settings_dict
    address: dict[str, Any] = {"host": str(folder), "port": PORT, "user": found["USER"]}
    with psycopg.connect(dbname="pgbouncer", autocommit=True, **address) as console:
        rows = console.execute("SHOW STATS").fetchall()
    return next(int(row[1]) for row in rows if row[0] == found["NAME"])


def test_rights_are_carried_out_through_pgbouncer(
    bouncer: Path,
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    copy = answered(ask(cast.alice, "access"))
    assert copy.outcome == Outcome.FULFILLED
    assert cast.alice.canary("nickname") in everything(opened(copy))
    assert places_of(cast.alice.canary("nickname"))
    gone = answered(ask(cast.alice, "deletion"))
    assert gone.outcome == Outcome.PARTIALLY_FULFILLED
    assert places_of(cast.alice.canary("nickname")) == []
    assert Member.objects.filter(user_id=cast.bob.pk).exists()
    assert transactions(bouncer) > 20


def test_nothing_of_a_session_outlives_its_transaction(
    bouncer: Path,
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    """What an export sets is gone for whoever gets the connection next."""
    assert transactions(bouncer) >= 0
    answered(ask(cast.alice, "access"))
    for _ in range(4):
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)
            cursor.execute("SHOW bytea_output")
            assert cursor.fetchone() == ("hex",)
            # The view shows the whole server, and other tests work in other databases of it.
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
            )
            assert cursor.fetchone() == (0,)
