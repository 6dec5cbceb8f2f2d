"""The pytest plugin: real servers, a database of this run's own, and the tiers of the suite.

It is loaded by `-p config.testing`, before pytest-django reads the settings.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from typing import TYPE_CHECKING, cast

import psycopg
import pytest
from psycopg import sql

from config.embedded import daemons, postgresql, servers, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Redis databases are numbered: each worker of each run needs one for the broker, one for the cache.
NUMBERS_PER_WORKER = 2
COUNTER = "dsar:tests:runs"

held = contextlib.ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the long tiers."""
    parser.addoption("--all", action="store_true", help="run the tests marked slow, too")


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start or join the servers and say where they are, before anything reads settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DSAR_LOCAL", "1")
    if servers.are_wanted():
        local = held.enter_context(servers.running())
        # A test's owner is the superuser: it may switch triggers off to empty tables.
        os.environ["DATABASE_URL"] = local.database_url(role=postgresql.SUPERUSER)
        os.environ["REDIS_URL"] = local.redis_url(number=_next_number(local))
        if not hasattr(early_config, "workerinput"):
            _drop_abandoned(local)
    os.environ["DSAR_TEST_DATABASE"] = f"test_dsar_{os.getpid()}_{secrets.token_hex(3)}"


def pytest_unconfigure() -> None:
    """Let go of the servers."""
    held.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long tiers unless asked for, and the browser's where there is none."""
    left_out: set[str] = set()
    if not config.getoption("--all") and "slow" not in config.getoption("-m"):
        left_out.add("slow")
    if any(item.get_closest_marker("browser") for item in items) and chromium() is None:
        if os.environ.get("CI_REQUIRE_BROWSER"):
            raise pytest.UsageError("No Chromium is installed, and CI_REQUIRE_BROWSER is set.")
        left_out.add("browser")
    kept = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_report_header(config: pytest.Config) -> list[str]:  # noqa: ARG001  pytest hands it in.
    """Say once what cannot run here."""
    return [] if chromium() else ["browser tests are left out: no Chromium is installed"]


def chromium() -> str | None:
    """Find the browser of the system."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


@pytest.fixture(autouse=True, scope="session")
def _flush_passes_guards() -> Iterator[None]:
    """Let the tests' flush empty tables whose triggers refuse TRUNCATE.

    The setting is local to the flush's own transaction: the guards stand in every test.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations  # noqa: PLC0415

    original = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: object, **kwargs: object) -> list[str]:
        statements = original(self, *args, **kwargs)  # type: ignore[arg-type]
        return ["SET LOCAL session_replication_role = replica;", *statements]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:  # noqa: ARG001  Needed first.
    """Give the environment in which another process works on this test's database and broker."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    found = connection.settings_dict
    host = f"?host={found['HOST']}" if found["HOST"].startswith("/") else ""
    server = "" if host else f"{found['HOST']}:{found['PORT'] or 5432}"
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return {
        **os.environ,
        "DSAR_LOCAL": "1",
        "DATABASE_URL": f"postgresql://{found['USER']}{password}@{server}/{found['NAME']}{host}",
        "REDIS_URL": settings.REDIS_URL,
    }


def _next_number(local: servers.Servers) -> int:
    client = valkey.connect(local.places)
    try:
        turns = (valkey.DATABASES - 1) // NUMBERS_PER_WORKER
        turn = cast("int", client.incr(COUNTER))
        number = 2 + (turn % (turns - 1)) * NUMBERS_PER_WORKER
        for offset in range(NUMBERS_PER_WORKER):
            client.select(number + offset)
            client.flushdb()
    finally:
        client.close()
    return number


def _drop_abandoned(local: servers.Servers) -> None:
    """Drop the databases of runs that were killed; their names tell whose they were."""
    with postgresql.connect(local.places) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_dsar\\_%'"
        ).fetchall()
        for (name,) in found:
            if daemons.exists(int(name.split("_")[2])):
                continue
            with contextlib.suppress(psycopg.errors.ObjectInUse):
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
