"""Two workers, or a worker and a filing, at the very same moment: real transactions on two connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from dsar.cases import lifecycle, person
from dsar.cases.actors import SYSTEM
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from tests.cases import cast

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deletions(settings) -> list[Request]:
    """Two signed deletions of one person, ready to run."""
    settings.DSAR = {**settings.DSAR, "WAITING_PERIOD_SECONDS": 0}
    alice = cast.person("alice")
    dora = cast.staff("dora", "Privacy reviewers")
    olga = cast.staff("olga", "Data protection officers")
    filed = [cast.request_of(alice, Right.DELETION) for _ in range(2)]
    return [cast.granted(request, by=dora, signed_by=olga) for request in filed]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread with a connection of its own, all starting together; errors are results."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return work()
        except GuardError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_two_deletions_of_one_person_never_run_at_once(deletions: list[Request]) -> None:
    first, second = deletions
    results = at_once(lambda: cast.execute(first), lambda: cast.execute(second))
    refused = [result for result in results if isinstance(result, GuardError)]
    assert [error.obstacles for error in refused] == [[Obstacle.TAKING_TURNS]]
    assert Request.objects.filter(state=State.EXECUTING).count() == 1


def test_two_workers_never_claim_the_same_request(deletions: list[Request]) -> None:
    request = deletions[0]
    same = Request.objects.get(pk=request.pk)

    def claim(one: Request) -> bool:
        try:
            lifecycle.advance(one, to=State.EXECUTING, actor=SYSTEM)
        except lifecycle.TransitionError:
            return False
        return True

    results = at_once(lambda: claim(request), lambda: claim(same))
    assert results.count(True) == results.count(False) == 1


def test_a_deletion_waits_for_a_filing_that_is_not_yet_committed(deletions: list[Request]) -> None:
    alice = deletions[0].case.subject
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            person.lock(deletions[0].case.subject_id)
            starting = pool.submit(at_once, lambda: cast.execute(deletions[0]))
            cast.request_of(alice, Right.ACCESS)
        (result,) = starting.result(timeout=10)
    assert isinstance(result, GuardError)
    assert result.obstacles == [Obstacle.COPY_OPEN]
