"""A real worker's process that is killed at a point, one of each kind: the rest of the crew goes on by itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from config import processes
from config.embedded import daemons
from dsar.cases.models import Letter, Request
from dsar.cases.states import State
from dsar.engine.models import Removal
from dsar.ledger import log
from tests.crash import stopping
from tests.engine.archives import everything, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from config.processes import Process
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

SECONDS = 60
"""The longest that it may take, with leases of three seconds and a worker that has to be started."""
KINDS = {
    "deletion": (
        "lease.claim:after",
        "account.close:after",
        "rows.erase_batch:after",
        "rows.erase:before",
        "rows.erase:after",
        "address.suppress:after",
        "file.remove:after",
        "journal.write:after",
        "recipients.task:after",
        "letter.write:after",
        "request.answer:after",
        "outbox.send:after",
        "mail.send:after",
    ),
    "access": ("key.create:after", "package.write:after", "package.ready:after"),
}
MAY_REPEAT = {"request.viewed", "request.previewed", "request.moved", "package.begun"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.mark.parametrize(
    ("right", "point"), [(right, point) for right, points in KINDS.items() for point in points]
)
def test_a_worker_whose_process_was_killed_at_a_point_ends_the_request_itself(
    *,
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
    surroundings: dict[str, str],
    tmp_path: Path,
    right: str,
    point: str,
) -> None:
    """The worker gets a new process, the sweep finds the request and the notice, and each thing is said once."""
    died = tmp_path / "died"
    surroundings |= {"TEST_DIE_AT": point, "TEST_DIED": str(died)}
    request = granted(ask(cast.alice, right))
    crew()
    daemons.wait_until(died.exists, seconds=SECONDS, what=f"a death at {point}")
    closed = Request.objects.filter(pk=request.pk, state=State.CLOSED)
    daemons.wait_until(closed.exists, seconds=SECONDS, what="the request's end")
    _assert_said_once(closed.get())
    if right == "access":
        assert cast.alice.canary("slip-0") in everything(opened(closed.get()))
    else:
        daemons.wait_until(
            lambda: not Removal.objects.exists(), seconds=SECONDS, what="the files' end"
        )


def _assert_said_once(request: Request) -> None:
    assert Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).count() == 1
    said = Counter(entry.tag for entry in log.entries(request.pk))
    assert said["request.closed"] == 1
    assert {tag: times for tag, times in said.items() if times > 1 and tag not in MAY_REPEAT} == {}


@pytest.mark.parametrize("ahead", [3600, -3600])
def test_a_worker_whose_clock_is_an_hour_wrong_keeps_its_lease_and_takes_nobody_elses(
    *,
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
    surroundings: dict[str, str],
    ahead: int,
) -> None:
    """Leases go by the database's clock: held in mid-work for longer than one, nothing is taken over."""
    request = granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_loan"):
        right = crew()
        stopping.wait_until_stopped()
        surroundings["TEST_CLOCK_AHEAD"] = str(ahead)
        wrong = crew()
        processes.wait_for_worker(wrong)
        assert _stays(request, seconds=6) == 1
        processes.kill(right)
    closed = Request.objects.filter(pk=request.pk, state=State.CLOSED)
    # Now the wrong clock's worker is the only one, and takes over when the lease has ended.
    daemons.wait_until(closed.exists, seconds=SECONDS, what="the request's end")
    assert closed.get().lease_token == 2
    _assert_said_once(closed.get())


def _stays(request: Request, *, seconds: float) -> int:
    """The token of a request's lease, looked at until the time is over; it must not change meanwhile."""
    first = Request.objects.get(pk=request.pk).lease_token
    with pytest.raises(daemons.ServerError):
        daemons.wait_until(
            lambda: Request.objects.get(pk=request.pk).lease_token != first,
            seconds=seconds,
            what="a change",
        )
    return int(first)
