"""What needs real workers is measured, and the load is carried out and checked, on a handful of people."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.architecture import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USERS = "200"

pytestmark = [pytest.mark.timeout(400), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def measured(bench_environment: dict[str, str], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run one command in a process of its own."""

    def run(*command: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "manage.py", *command, "--json"],
            env=bench_environment | {"MEDIA_ROOT": str(tmp_path)},
            cwd=reading.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-2_000:]
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.mark.slow
def test_the_queue_is_measured(measured: Callable[..., dict[str, Any]]) -> None:
    options = ["--users", USERS, "--rows", "60", "--requests", "12"]
    found = measured("bench", "queue", *options)
    assert set(found) == {
        *("work", "users", "rows", "pairs"),
        *("ours_ms", "least_ms", "p95_ms", "limit_ms", "overhead_ms", "per_second", "budget"),
    }
    assert found["pairs"] == 12
    assert found["p95_ms"] >= found["ours_ms"] > 0
    assert set(found["per_second"]) == {"1", "2", "4"}
    assert all(rate > 0 for rate in found["per_second"].values())


@pytest.mark.slow
def test_a_restart_keeps_its_budget(measured: Callable[..., dict[str, Any]]) -> None:
    """With the lease, the heartbeat and the sweep that the site has."""
    options = ["--users", USERS, "--rows", "60", "--requests", "1"]
    found = measured("bench", "restart", *options)
    assert found["pairs"] == 1
    assert 0 < found["worst_ms"] <= found["budget"]["worst_ms"] == 30_000


@pytest.mark.slow
def test_a_burst_is_measured(measured: Callable[..., dict[str, Any]]) -> None:
    options = ["--users", USERS, "--requests", "60"]
    found = measured("bench", "burst", *options)
    assert found["pairs"] == 60
    assert 0 < found["p10_s"] <= found["median_s"] <= found["p90_s"] <= found["whole_s"]
    sizes = [one["median_s"] for one in found["by_size"]]
    assert sizes == sorted(sizes), "The small ones are done first."
    assert found["rows"] > 100 * 60


@pytest.mark.slow
def test_a_load_ends_with_everything_right(measured: Callable[..., dict[str, Any]]) -> None:
    """Every right, workers that die, and the command's own audit of rows, packages, entries and ledger."""
    requests = 25
    options = ["--requests", str(requests), "--kill-every", "6", "--minutes", "5"]
    found = measured("load", *options)
    assert found["wrong"] == {}
    assert found["requests"] == requests
    assert len(found["rights"]) == 7
    assert found["kills"] >= 1
