"""A worker that is killed delays its request, loses nothing of it and does nothing of it twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config import processes
from config.embedded import daemons
from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, State
from dsar.engine import journal
from dsar.engine.models import Removal, Step
from dsar.ledger import log
from dsar.packages.models import Package
from tests.crash import stopping
from tests.engine.archives import everything, opened
from tests.engine.looking import rows_of
from tests.testapp.models import Loan, Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.processes import Process
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast, Person

SECONDS = 30
"""The longest that a request may take once a worker is back (DESIGN 10)."""
TABLES = ("testapp_member", "testapp_loan", "testapp_device", "testapp_payment", "testapp_tag")
MAY_REPEAT = {"request.viewed", "request.previewed", "request.moved", "package.begun"}
"""What people look at twice, and what every attempt begins anew."""

pytestmark = pytest.mark.timeout(240)

PLACES: list[Any] = [
    pytest.param(("UPDATE", "testapp_loan"), id="in the middle of a model"),
    *(
        pytest.param(place, id=name, marks=pytest.mark.slow)
        for name, place in {
            "claiming": ("UPDATE", "dsar_cases_request", "NEW.state = 'executing'"),
            "before any row": ("UPDATE", "accounts_user"),
            "in a model of one row": ("DELETE", "testapp_member"),
            "at the last row": ("DELETE", "accounts_user"),
            "with the rows gone and unrecorded": (
                "INSERT",
                "dsar_ledger_entry",
                "NEW.canonical LIKE '%step.done%'",
            ),
            "between the files": ("DELETE", "dsar_engine_removal"),
            "writing the answer": ("INSERT", "dsar_cases_letter"),
            "closing": ("UPDATE", "dsar_cases_request", "NEW.state = 'closed'"),
        }.items()
    ),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_deletion_goes_on_after_its_worker_was_killed(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
    place: tuple[str, ...],
) -> None:
    """Wherever it died: the rows go once, all is recorded once, the person is told once, Bob notices nothing."""
    files = _files(cast.alice)
    before = _bytes_of(cast.bob)
    assert all(before.values())
    assert all(file.exists() for file in files)
    _die_at(place, lambda: granted(ask(cast.alice, "deletion")), crew)
    request = _wait_for_end(cast.alice, crew)
    assert request.outcome == Outcome.PARTIALLY_FULFILLED
    _assert_said_once(request)
    _assert_each_row_went_once(request)
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert not Loan.objects.filter(borrower_id=cast.alice.pk).exists()
    assert before == _bytes_of(cast.bob)
    assert not any(file.exists() for file in files)
    assert not Removal.objects.exists()
    (erasure,) = journal.read()
    assert erasure.request == str(request.pk)


def _die_at(
    place: tuple[str, ...], begin: Callable[[], object], crew: Callable[[], Process]
) -> None:
    """Let a worker reach a place, and kill it there."""
    operation, table, *when = place
    begin()
    with stopping.at_row(operation, table, when=when[0] if when else "TRUE"):
        worker = crew()
        stopping.wait_until_stopped()
        processes.kill(worker)


def _wait_for_end(person: Person, crew: Callable[[], Process]) -> Request:
    """Start another worker and return the person's request, closed in time."""
    found = Request.objects.filter(case__subject_id=person.pk)
    assert not found.filter(state=State.CLOSED).exists()
    crew()
    done = found.filter(state=State.CLOSED)
    daemons.wait_until(done.exists, seconds=SECONDS, what="the request's end")
    return done.get()


def _assert_said_once(request: Request) -> None:
    """One answer, and one ledger entry of each thing that happened."""
    assert Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).count() == 1
    said = Counter(entry.tag for entry in log.entries(request.pk))
    assert said["request.closed"] == 1
    assert {tag: times for tag, times in said.items() if times > 1 and tag not in MAY_REPEAT} == {}


def _assert_each_row_went_once(request: Request) -> None:
    """Every step did as many rows as the plan had seen, over all attempts together."""
    steps = Step.objects.filter(request=request, action__in=("delete", "overwrite"))
    assert steps.count() > 5
    for step in steps:
        assert (step.state, step.done) == (Step.State.DONE, step.expected), step.declaration


def _files(person: Person) -> list[Path]:
    """The stored files of this person's own rows."""
    slips = [loan.slip.path for loan in Loan.objects.filter(borrower_id=person.pk)]
    return [Path(one) for one in (Member.objects.get(user_id=person.pk).portrait.path, *slips)]


def _bytes_of(person: Person) -> dict[str, list[str]]:
    canary = f"%canary-{person.name}%"
    return {table: rows_of(table, "t::text LIKE %s", canary) for table in TABLES}


def test_an_access_goes_on_after_its_worker_was_killed_in_mid_export(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """The half-written package is given up; the person gets one, whole, and no other is left on disk."""
    portrait = Path(Member.objects.get(user_id=cast.alice.pk).portrait.path)
    granted(ask(cast.alice, "access"))
    with stopping.at_file(portrait):
        worker = crew()
        with stopping.reading(portrait):
            processes.kill(worker)
        half = Package.objects.get()
        assert half.state == Package.State.WRITING
    _assert_one_package(_wait_for_end(cast.alice, crew), cast.alice)
    assert Package.objects.get(pk=half.pk).state == Package.State.SHREDDED


@pytest.mark.slow
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(("INSERT", "dsar_packages_package"), id="beginning"),
        pytest.param(("UPDATE", "dsar_packages_package", "NEW.state = 'ready'"), id="handing over"),
        pytest.param(("INSERT", "dsar_cases_letter"), id="writing the answer"),
        pytest.param(("UPDATE", "dsar_cases_request", "NEW.state = 'closed'"), id="closing"),
    ],
)
def test_an_access_goes_on_wherever_its_worker_was_killed(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
    place: tuple[str, ...],
) -> None:
    """Before the file, after it, and in the very moment of the answer."""
    _die_at(place, lambda: granted(ask(cast.alice, "access")), crew)
    _assert_one_package(_wait_for_end(cast.alice, crew), cast.alice)


def _assert_one_package(request: Request, person: Person) -> None:
    assert request.outcome == Outcome.FULFILLED
    _assert_said_once(request)
    text = everything(opened(request))
    for place in ("nickname", "portrait", "slip-0", "remarks-0"):
        assert person.canary(place) in text, place


@pytest.mark.slow
def test_a_killed_worker_does_not_hold_its_locks(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """The server ends a dead worker's session by itself, even while the session waits for somebody else."""
    granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_loan"):
        worker = crew()
        stopping.wait_until_stopped()
        processes.kill(worker)
        daemons.wait_until(lambda: not stopping.stopped(), seconds=15, what="the session's end")


@pytest.mark.slow
def test_with_the_sites_own_settings_it_takes_no_longer(
    surroundings: dict[str, str],
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    """The default lease, heartbeat and sweep keep the promise of half a minute."""
    for name in ("LEASE", "HEARTBEAT", "SWEEP"):
        del surroundings[f"DSAR_{name}_SECONDS"]
    place = ("UPDATE", "testapp_loan")
    _die_at(place, lambda: granted(ask(cast.alice, "deletion")), crew)
    _assert_said_once(_wait_for_end(cast.alice, crew))
