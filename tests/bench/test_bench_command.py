"""The bench runs from end to end on a handful of people and prints what the documentation says it prints."""

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

KEYS = {
    "work",
    "rows",
    "users",
    "pairs",
    "ours_ms",
    "limit_ms",
    "ratio",
    "ours_cpu_ms",
    "limit_cpu_ms",
    "statements",
    "memory_growth_mb",
    "budget",
}
DESK_KEYS = {
    "work",
    "requests",
    "entries",
    "statements",
    "page_ms",
    "ours_ms",
    "limit_ms",
    "ratio",
    "budget",
}
ROWS, USERS = 30, "80"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def measured(
    bench_environment: dict[str, str], tmp_path: Path
) -> Callable[..., list[dict[str, Any]]]:
    """Run one bench in a process of its own and return its lines of JSON."""

    def run(work: str, *sizes: str) -> list[dict[str, Any]]:
        command = [sys.executable, "manage.py", "bench", work, "--json", "--pairs", "1"]
        done = subprocess.run(
            [*command, *(sizes or ("--rows", str(ROWS), "--users", USERS))],
            env=bench_environment | {"MEDIA_ROOT": str(tmp_path)},
            cwd=reading.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_bench_measures_both_works_and_prints_the_documented_keys(
    measured: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """Both in one test: they share the people, whose seeding takes longest. Nothing is asserted of any time."""
    for work in ("access", "deletion"):
        (found,) = measured(work)
        assert set(found) == KEYS
        assert set(found["budget"]) == {"ratio", "memory_growth_mb", "statements"}
        assert (found["work"], found["rows"], found["pairs"]) == (work, ROWS, 1)
        assert found["ours_ms"] > found["ours_cpu_ms"] / 2 > 0
        assert found["limit_ms"] > 0
        assert found["ratio"] == pytest.approx(found["ours_ms"] / found["limit_ms"], abs=0.01)
        assert found["statements"] is None or 20 < found["statements"] <= 50
    assert list(tmp_path.glob("bench-*")) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_bench_runs_retention_beside_a_bare_delete_and_update(
    measured: Callable[..., list[dict[str, Any]]],
) -> None:
    """It checks by itself that as many rows went as were due, on both sides; and as many were overwritten."""
    for work in ("retention", "overwriting"):
        (found,) = measured(work)
        assert set(found) == KEYS
        assert (found["work"], found["rows"], found["pairs"]) == (work, ROWS, 1)
        assert found["budget"]["ratio"] >= 1.3
        assert found["ours_ms"] > 0
        assert found["limit_ms"] > 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_bench_seals_verifies_and_exports_a_ledger_of_its_own(
    measured: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    sealing, verifying, exporting = measured("ledger")
    assert exporting["memory_growth_mb"] < exporting["budget"]["memory_growth_mb"]
    for work, found in (("sealing", sealing), ("verifying", verifying)):
        assert set(found) == KEYS
        assert (found["work"], found["rows"], found["pairs"]) == (work, ROWS, 1)
        assert found["limit_ms"] > 0
        assert found["budget"]["ratio"] == 3
        assert found["statements"] is None or found["statements"] <= 20
    assert list(tmp_path.glob("bench-*")) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_bench_looks_at_the_desk_s_pages_and_takes_the_history_away(
    measured: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """It fails by itself where a page takes more statements among more requests."""
    *pages, export = measured("desk", "--requests", "1500", "--rows", "3000")
    named = {one["work"]: one for one in pages}
    assert {"home", "list", "list, law=EU", "search by reference", "search by address", "case"} <= {
        *named
    }
    for one in pages:
        assert set(one) == DESK_KEYS
        assert one["requests"] == 1500
        assert one["statements"] is None or one["statements"] < 30
        assert one["page_ms"] > 0
    assert named["list"]["budget"] == {"ratio": 3}
    assert export["rows"] >= 250
    assert export["memory_growth_mb"] <= export["budget"]["memory_growth_mb"] == 16
    assert list(tmp_path.glob("bench-*")) == []
