"""The pytest plugin: real servers, a database of this run's own, and the tiers of the suite.

It is loaded by `-p config.testing`, before pytest-django reads the settings.
"""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import psycopg
import pytest
import redis
from psycopg import sql

from config import addresses
from config.embedded import daemons, postgresql, servers

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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start or join the servers and say where they are, before pytest-django reads settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DSAR_LOCAL", "1")
    os.environ.setdefault("DSAR_EXTRA_APPS", "tests.testapp")
    # A worker of xdist inherits all of this from the process that started it.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        if servers.are_wanted():
            _use(held.enter_context(servers.running()))
        place = held.enter_context(tempfile.TemporaryDirectory(prefix="dsar-second-place-"))
        os.environ["DSAR_LEDGER_SECOND_PLACE"] = Path(place).as_uri()
        # What tests leave in a storage must not lie among the files of the checkout's own site.
        os.environ["MEDIA_ROOT"] = held.enter_context(
            tempfile.TemporaryDirectory(prefix="dsar-media-", ignore_cleanup_errors=True)
        )
        os.environ["DSAR_TEST_DATABASE"] = f"test_dsar_{os.getpid()}_{secrets.token_hex(3)}"
    os.environ["REDIS_URL"] = own_numbers(os.environ["REDIS_URL"])
    return (yield)


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
    if not namespaces():
        left_out.add("root")
    kept = [item for item in items if not any(map(item.get_closest_marker, left_out))]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and seldom; not again and again among four thousand tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_report_header(config: pytest.Config) -> list[str]:  # noqa: ARG001  pytest hands it in.
    """Say once what cannot run here."""
    missing = []
    if not chromium():
        missing.append("browser tests are left out: no Chromium is installed")
    if not namespaces():
        missing.append("tests with several hosts are left out: they need root, and iproute2")
    return missing


def chromium() -> str | None:
    """Find the browser of the system."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def namespaces() -> bool:
    """Whether this user can make hosts of network namespaces."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:  # noqa: ARG001  Needed first.
    """Give the environment in which another process works on this test's database and broker."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    # Whoever called in an earlier test does not use up what may be called in this one.
    cache.clear()
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


def own_numbers(redis_url: str) -> str:
    """Take numbered databases that no other run or worker uses now, and empty them."""
    # All count in one place: a worker's address already carries the number of who started it.
    client = redis.Redis.from_url(addresses.with_number(redis_url, 0))
    try:
        found = cast("dict[str, str]", client.config_get("databases"))
        turns = int(found["databases"]) // NUMBERS_PER_WORKER - 1
        turn = client.incr(COUNTER) % turns
        # The first ones are the site's own.
        number = (1 + turn) * NUMBERS_PER_WORKER
        for offset in range(NUMBERS_PER_WORKER):
            client.select(number + offset)
            client.flushdb()
    finally:
        client.close()
    return addresses.with_number(redis_url, number)


def _use(local: servers.Servers) -> None:
    # A test's owner is the superuser: it may switch triggers off to empty tables.
    os.environ["DATABASE_URL"] = local.database_url(role=postgresql.SUPERUSER)
    os.environ["REDIS_URL"] = local.redis_url()
    _drop_abandoned(local)


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
