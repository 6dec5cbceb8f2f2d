"""A worker looks at the database server before it takes on any work."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from config import processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def started() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_worker_refuses_a_server_that_lets_dead_workers_locks_stand(
    child_environment: dict[str, str], tmp_path: Path, started: ExitStack
) -> None:
    """Through PgBouncer the connection asks for nothing, and this role was given nothing."""
    log = tmp_path / "worker.log"
    worker = processes.start_worker(
        concurrency=1, environment=child_environment | {"PGBOUNCER": "1"}, output=log
    )
    started.callback(processes.kill, worker)
    assert worker.popen.wait(timeout=60) == 1
    said = log.read_text()
    assert "dsar.S001" in said
    assert "client_connection_check_interval" in said


def test_a_worker_starts_where_the_settings_hold(
    child_environment: dict[str, str], tmp_path: Path, started: ExitStack
) -> None:
    worker = processes.start_worker(
        concurrency=1, environment=child_environment, output=tmp_path / "worker.log"
    )
    started.callback(processes.kill, worker)
    processes.wait_for_worker(worker)
