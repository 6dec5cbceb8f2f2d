"""Real workers that die: processes of their own on the test's database, broker and folders."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from config import processes
from tests.engine.conftest import ask, cast, dora, granted, otto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

    from config.processes import Process

__all__ = ["ask", "cast", "dora", "granted", "otto"]


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """Files, journal and mail of this test, for this process and, as variables, for the others."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    media = tmp_path / "media"
    locations = {"default": media, "packages": media / "packages", "uploads": media / "uploads"}
    settings.STORAGES = settings.STORAGES | {
        name: where | {"OPTIONS": {"location": str(location)}}
        for name, location in locations.items()
    }
    settings.DSAR = settings.DSAR | {
        "ERASURE_JOURNAL": str(tmp_path / "journal"),
        "WAITING_PERIOD_SECONDS": 0,
        "LEDGER_SECOND_PLACE": (tmp_path / "second-place").as_uri(),
    }
    return {
        "MEDIA_ROOT": str(media),
        "DSAR_ERASURE_JOURNAL": str(tmp_path / "journal"),
        "DSAR_LEDGER_SECOND_PLACE": (tmp_path / "second-place").as_uri(),
        "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}",
    }


@pytest.fixture
def surroundings(child_environment: dict[str, str], folders: dict[str, str]) -> dict[str, str]:
    """The environment of the workers: a dead one's lease ends soon, and batches are small."""
    return {
        **child_environment,
        **folders,
        "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
        "TEST_BATCH_ROWS": "2",
        "DSAR_LEASE_SECONDS": "3",
        "DSAR_HEARTBEAT_SECONDS": "1",
        "DSAR_SWEEP_SECONDS": "1",
    }


@pytest.fixture
def crew(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Start one more worker; the clock that sends the sweep runs already."""
    with ExitStack() as started:

        def begun(process: Process) -> Process:
            started.callback(processes.kill, process)
            return process

        begun(processes.start_beat(environment=surroundings, output=tmp_path / "beat.log"))
        yield lambda: begun(
            processes.start_worker(
                concurrency=1, environment=surroundings, output=tmp_path / "worker.log"
            )
        )
