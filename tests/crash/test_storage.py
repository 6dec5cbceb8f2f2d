"""Storage that fills up or hangs delays the requests that need it, and nobody else's."""

from __future__ import annotations

import os
import resource
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import FileSystemStorage

from config.embedded import daemons
from dsar.cases.models import Request
from dsar.cases.states import Outcome, State
from dsar.engine import execution
from dsar.packages.models import Package
from tests.crash import dying, working
from tests.engine.archives import everything, opened
from tests.engine.test_concurrency import aside, renaming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

_MOST_BYTES = 3_000
"""More than the head of a package, less than all of it."""


class HangingStorage(FileSystemStorage):
    """A storage that takes a name and does not answer, until it does."""

    answers = threading.Event()
    asked = threading.Event()

    def path(self, name: str) -> str:
        """As a storage somewhere else: it has no folder here."""
        raise NotImplementedError

    def _open(self, name: str, mode: str = "rb") -> Any:
        self.asked.set()
        self.answers.wait()
        where = os.path.join(str(self.location), name)  # noqa: PTH118 - as the class beneath does.
        os.makedirs(os.path.dirname(where), exist_ok=True)  # noqa: PTH103, PTH120 - as above.
        return open(where, mode)  # noqa: PTH123 - as above.


@pytest.fixture
def hanging(settings: Settings, tmp_path: Path) -> Iterator[type[HangingStorage]]:
    """The packages' storage hangs until `answers` is set."""
    settings.STORAGES = settings.STORAGES | {
        "packages": {
            "BACKEND": f"{__name__}.HangingStorage",
            "OPTIONS": {"location": str(tmp_path / "packages")},
        }
    }
    HangingStorage.answers.clear()
    HangingStorage.asked.clear()
    yield HangingStorage
    HangingStorage.answers.set()


def test_storage_that_hangs_holds_up_only_who_waits_for_it(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    hanging: type[HangingStorage],
    settings: Settings,
) -> None:
    """Its worker beats and keeps the lease; another request is done meanwhile; then it goes on, once."""
    settings.DSAR = settings.DSAR | {"LEASE_SECONDS": 1, "HEARTBEAT_SECONDS": 0.2}
    copy = granted(ask(cast.alice, "access"))
    other = granted(ask(cast.bob, renaming(cast.bob)))
    waiting = aside(lambda: execution.run(copy.pk))
    assert hanging.asked.wait(timeout=30)
    with pytest.raises(daemons.ServerError):
        daemons.wait_until(lambda: bool(execution.run(copy.pk)), seconds=2, what="a take-over")
    assert execution.run(other.pk) == other.pk
    hanging.answers.set()
    assert waiting.result() == copy.pk
    assert _state_of(copy) == (State.CLOSED, Outcome.FULFILLED)
    assert _state_of(other) == (State.CLOSED, Outcome.FULFILLED)
    assert cast.alice.canary("slip-0") in everything(opened(copy))


def test_storage_that_is_full_gives_nobody_half_a_package(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """A package that did not fit is given up; with room again there is one, whole, and no other file."""
    copy = granted(ask(cast.alice, "access"))
    dying.in_a_child(lambda: _with_little_room(lambda: execution.run(copy.pk)))
    assert _state_of(copy) == (State.EXECUTING, "")
    assert Package.objects.get().state == Package.State.WRITING
    assert Package.objects.get().sealed_bytes == 0
    working.empty()
    working.recover()
    assert _state_of(copy) == (State.CLOSED, Outcome.FULFILLED)
    assert cast.alice.canary("slip-0") in everything(opened(copy))
    assert sorted(Package.objects.values_list("state", flat=True)) == ["ready", "shredded"]


def _with_little_room(work: Callable[[], object]) -> None:
    """As a disk without room would: every write beyond some kilobytes fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_BYTES, _MOST_BYTES))
    work()


def _state_of(request: Request) -> tuple[str, str]:
    found = Request.objects.get(pk=request.pk)
    return found.state, found.outcome
