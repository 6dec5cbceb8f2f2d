"""Workers at the same request, and requests of the same person: one at a time, and never half of each."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pytest
from django.db import connection, transaction

from dsar import tasks
from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.engine import execution, leases
from dsar.engine.leases import LeaseLostError
from dsar.engine.models import Step
from dsar.engine.rights import access, deletion
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.packages.models import Package
from tests.crash import stopping
from tests.engine.looking import places_of, rows_of
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast, Person

T = TypeVar("T")


@pytest.fixture
def _leases_end_at_once(settings: Settings) -> None:
    """Whoever holds a lease has lost it already."""
    settings.DSAR = settings.DSAR | {"LEASE_SECONDS": 0}


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What each of the calls returns, all begun in the same moment, each with a connection of its own."""
    start = threading.Barrier(len(calls), timeout=10)

    def begun(call: Callable[[], T]) -> T:
        start.wait()
        return call()

    running = [aside(partial(begun, call)) for call in calls]
    return [one.result() for one in running]


def aside(call: Callable[[], T]) -> Future[T]:
    """Start a call in a thread of its own."""

    def closed() -> T:
        try:
            return call()
        finally:
            connection.close()

    with_one = ThreadPoolExecutor(max_workers=1)
    try:
        return with_one.submit(closed)
    finally:
        with_one.shutdown(wait=False)


def renaming(person: Person) -> Asked:
    """A correction of the nickname."""
    row = str(Member.objects.get(user_id=person.pk).pk)
    wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Alix the Second")
    return Asked(right=Right.CORRECTION, corrections=(wish,))


def drain() -> None:
    """Carry out whatever may be carried out now."""
    while execution.run():
        pass


def span(request: Request) -> tuple[int, int]:
    """The first and the last ledger entry of a request's execution."""
    said = Entry.objects.filter(
        request=request.pk, tag__in=("request.claimed", "request.closed", "request.moved")
    )
    numbers = said.order_by("pk").values_list("pk", flat=True)
    claimed = said.filter(tag="request.claimed").values_list("pk", flat=True).get()
    return claimed, max(numbers)


def test_of_many_workers_one_claims(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    request = granted(ask(cast.alice, "deletion"))
    claims = at_once(*[lambda: leases.claim(request.pk)] * 6)
    assert [lease.token for lease in claims if lease] == [1]
    assert execution.run(request.pk) is None


@pytest.mark.usefixtures("_leases_end_at_once")
@pytest.mark.parametrize("right", ["deletion", "access"])
def test_who_lost_the_lease_does_nothing_any_more(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], right: str
) -> None:
    """A worker that was thought dead wakes up: not a row, not a file, not an entry is its own."""
    request = granted(ask(cast.alice, right))
    old, new = leases.claim(request.pk), leases.claim(request.pk)
    assert old
    assert new
    assert old.token < new.token
    places, entries = places_of("canary-alice"), log.entries(request.pk).count()
    run = {"deletion": deletion.run, "access": access.run}[right]
    with pytest.raises(LeaseLostError):
        run(old)
    assert (places_of("canary-alice"), log.entries(request.pk).count()) == (places, entries)
    assert not Package.objects.exists()
    run(new)
    request.refresh_from_db()
    assert request.state == State.CLOSED
    with pytest.raises(LeaseLostError), transaction.atomic():
        leases.fence(new)


@pytest.mark.parametrize("right", ["deletion", "access"])
def test_a_task_that_is_delivered_three_times_works_once(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], right: str
) -> None:
    request = granted(ask(cast.alice, right))
    at_once(*[lambda: tasks.execute(str(request.pk))] * 3)
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).count() == 1
    assert Package.objects.count() == (1 if right == "access" else 0)
    tags = [entry.tag for entry in log.entries(request.pk)]
    assert tags.count("request.closed") == tags.count("request.claimed") == 1


def test_a_claim_passes_by_whoever_is_held(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], settings: Settings
) -> None:
    """A worker that holds a row beyond its lease keeps nobody waiting: the next takes another request, at once."""
    gone = granted(ask(cast.alice, "deletion"))
    settings.DSAR = settings.DSAR | {"LEASE_SECONDS": 0, "HEARTBEAT_SECONDS": 3600}
    with stopping.at_row("UPDATE", "testapp_loan"):
        running = aside(lambda: execution.run(gone.pk))
        stopping.wait_until_stopped()
        bobs = granted(ask(cast.bob, renaming(cast.bob)))
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        assert execution.run(gone.pk) is None
        assert execution.run() == bobs.pk
        connection.close()
    assert running.result() == gone.pk


def test_a_correction_waits_while_a_deletion_of_the_same_person_runs(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Stopped in mid-deletion, nothing else of Alice begins; Bob's request goes on meanwhile."""
    correction = granted(ask(cast.alice, renaming(cast.alice)))
    gone = granted(ask(cast.alice, "deletion"))
    bobs = granted(ask(cast.bob, renaming(cast.bob)))
    with stopping.at_row("UPDATE", "testapp_loan"):
        running = aside(lambda: execution.run(gone.pk))
        stopping.wait_until_stopped()
        assert execution.run(correction.pk) is None
        assert execution.run(bobs.pk) == bobs.pk
    assert running.result() == gone.pk
    drain()
    correction.refresh_from_db()
    assert correction.state != State.EXECUTING
    assert places_of("Alix the Second") == ['"testapp_member"']
    assert Member.objects.get(nickname="Alix the Second").user_id == cast.bob.pk
    assert not Member.objects.filter(nickname=cast.alice.canary("nickname")).exists()


def test_a_deletion_waits_while_a_correction_of_the_same_person_runs(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """The other way round: the correction is whole before the deletion takes all of it."""
    correction = granted(ask(cast.alice, renaming(cast.alice)))
    gone = granted(ask(cast.alice, "deletion"))
    with stopping.at_row("UPDATE", "testapp_member"):
        running = aside(lambda: execution.run(correction.pk))
        stopping.wait_until_stopped()
        assert execution.run(gone.pk) is None
    assert running.result() == correction.pk
    drain()
    assert span(correction)[1] < span(gone)[0]
    assert places_of("Alix the Second") == []


def test_two_deletions_of_one_person_take_turns(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Begun in the same moment: the rows go with one of them, and what the other does is nothing."""
    bobs = rows_of("testapp_member", "user_id = %s", cast.bob.pk)
    both = [granted(ask(cast.alice, "deletion")) for _ in range(2)]
    expected = Step.objects.get(request=both[0], declaration="testapp.Loan").expected
    at_once(*[lambda one=one: execution.run(one.pk) for one in both])
    drain()
    assert [Request.objects.get(pk=one.pk).state for one in both] == [State.CLOSED] * 2
    done = Step.objects.filter(request__in=both, declaration="testapp.Loan")
    assert sorted(done.values_list("done", flat=True)) == [0, expected]
    first, second = sorted(span(one) for one in both)
    assert first[1] < second[0]
    assert bobs == rows_of("testapp_member", "user_id = %s", cast.bob.pk)


def test_a_deletion_waits_for_the_copy_that_was_asked_for(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    settings: Settings,
) -> None:
    """An access request filed before an approved deletion runs is answered first, with everything in it."""
    settings.DSAR = settings.DSAR | {"LEASE_SECONDS": 0}
    gone = granted(ask(cast.alice, "deletion"))
    copy = ask(cast.alice, "access")
    assert execution.run(gone.pk) is None
    assert places_of(cast.alice.canary("nickname"))
    asked = granted(copy)
    assert execution.run(gone.pk) is None
    settings.DSAR = settings.DSAR | {"LEASE_SECONDS": 15}
    assert execution.run(asked.pk) == asked.pk
    Request.objects.filter(pk=gone.pk).update(lease_until=None)
    assert execution.run(gone.pk) == gone.pk
    assert places_of(cast.alice.canary("nickname")) == []
    assert Package.objects.get(request_reference=asked.pk).state == Package.State.READY
