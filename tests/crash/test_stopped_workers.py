"""A worker that is told to stop ends within seconds, and another one goes on at once with what it had in hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from config.embedded import daemons
from dsar.cases.models import Request
from dsar.cases.states import Outcome, State
from dsar.dispatch.models import Wake
from dsar.tally import counts
from tests.crash import stopping
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.processes import Process
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

SECONDS = 30
"""Within which a worker is gone, on a machine that has other work too; its own patience is three."""

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def surroundings(surroundings: dict[str, str]) -> dict[str, str]:
    """A lease that nobody could wait for: whoever goes on was not waiting for it to end."""
    return {**surroundings, "DSAR_LEASE_SECONDS": "300", "DSAR_HEARTBEAT_SECONDS": "20"}


def _end(worker: Process) -> float:
    """Tell it to stop, and say how long it took."""
    began = time.monotonic()
    worker.popen.terminate()
    worker.popen.wait(timeout=SECONDS)
    return time.monotonic() - began


def test_a_copy_that_is_being_written_is_begun_anew_by_another_worker(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """The worker stands in the middle of a file that never ends; what it wrote is given up."""
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    request = granted(ask(cast.alice, "access"))
    with stopping.at_file(portrait):
        worker = crew()
        with stopping.reading(portrait):
            took = _end(worker)
    assert took < SECONDS
    request.refresh_from_db()
    assert (request.state, request.lease_until, request.attempts) == (State.EXECUTING, None, 0)
    assert counts.read()[counts.Kind.HANDED_BACK][0] == 1
    _assert_done_soon(request, crew, Outcome.FULFILLED)


def test_a_deletion_waiting_for_a_lock_is_given_back(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """Its statement waits in the server; it is cancelled there, and the next worker does all of it."""
    request = granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_loan"):
        worker = crew()
        stopping.wait_until_stopped()
        _end(worker)
        daemons.wait_until(lambda: not stopping.stopped(), seconds=SECONDS, what="the query's end")
    _assert_done_soon(request, crew, Outcome.PARTIALLY_FULFILLED)
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert Member.objects.filter(user_id=cast.bob.pk).exists()


def _assert_done_soon(request: Request, crew: Callable[[], Process], outcome: Outcome) -> None:
    """Long before a lease of five minutes could have ended."""
    crew()
    closed = Request.objects.filter(pk=request.pk, state=State.CLOSED)
    daemons.wait_until(closed.exists, seconds=60, what="the request's end")
    assert closed.get().outcome == outcome


def test_an_idle_worker_stops_at_once(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """Its work is done and answered; nothing is given back."""
    worker = crew()
    request = granted(ask(cast.carol, "access"))
    closed = Request.objects.filter(pk=request.pk, state=State.CLOSED)
    daemons.wait_until(closed.exists, seconds=60, what="the request's end")
    due = Wake.objects.filter(due_at__lte=Now())
    daemons.wait_until(lambda: not due.exists(), seconds=60, what="an empty outbox")
    assert _end(worker) < SECONDS
    assert counts.read()[counts.Kind.HANDED_BACK][0] == 0
