"""Whose turn it is: due first, then small; who works long gives way, and giants never take every place."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from dsar.cases.models import Request
from dsar.cases.states import Outcome, State
from dsar.engine import execution, leases, planning, turns
from dsar.engine.models import Step
from dsar.tally import counts
from tests.testapp.models import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast, Person


@pytest.fixture(autouse=True)
def _nobody_stops() -> Iterator[None]:
    yield
    turns.go_on()


@pytest.fixture
def three(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> dict[str, Request]:
    """Alice's, Bob's and Carol's access requests, all due on one day."""
    people = {"alice": cast.alice, "bob": cast.bob, "carol": cast.carol}
    found = {name: granted(ask(person, "access")) for name, person in people.items()}
    assert len({request.due_at for request in found.values()}) == 1
    return found


def _set(request: Request, **values: object) -> None:
    Request.objects.filter(pk=request.pk).update(**values)


def _order() -> list[UUID]:
    return leases.claimable(most=9)


def test_the_plan_says_how_large_a_request_is(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    before = granted(ask(cast.alice, "access")).size
    assert before > 5
    _write_messages(cast.bob, cast.carol, rows=40)
    request = granted(ask(cast.bob, "access"))
    assert request.size > before
    kept = planning.Planned(document=request.plan.document, digest="")
    assert Request.objects.get(pk=request.pk).size == kept.size


def _write_messages(sender: Person, recipient: Person, *, rows: int) -> None:
    Message.objects.bulk_create(
        Message(sender_id=sender.pk, recipient_id=recipient.pk, text=f"message {number}")
        for number in range(rows)
    )


def test_of_one_due_day_the_smallest_comes_first(three: dict[str, Request]) -> None:
    sizes = {"alice": 900, "bob": 30, "carol": 200}
    for name, size in sizes.items():
        _set(three[name], size=size)
    assert _order() == [three[name].pk for name in ("bob", "carol", "alice")]


def test_an_earlier_due_day_comes_before_any_size(three: dict[str, Request]) -> None:
    """However large it is: nobody who is due later goes before."""
    early = three["alice"].due_at - timedelta(days=1)
    _set(three["alice"], size=10_000_000, due_at=early)
    _set(three["bob"], size=1)
    assert _order()[0] == three["alice"].pk


def test_giants_take_turns_and_leave_a_place_for_the_small(three: dict[str, Request]) -> None:
    for name in ("alice", "bob"):
        _set(three[name], size=250_000, due_at=timezone.now())
    first = leases.claim()
    assert first
    assert first.request_id in {three["alice"].pk, three["bob"].pk}
    assert _order() == [three["carol"].pk]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_engine_heartbeat (request_id, token, beat_at) VALUES (%s, %s, now())",
            [first.request_id, first.token],
        )
    assert _order() == [three["carol"].pk]
    leases.release(first)
    assert len(_order()) == 2 + 1


def test_a_giant_whose_worker_died_keeps_nobody_waiting(three: dict[str, Request]) -> None:
    for name in ("alice", "bob"):
        _set(three[name], size=250_000, due_at=timezone.now())
    assert leases.claim()
    Request.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(_order()) == 3


def test_a_deletion_in_batches_gives_way_and_goes_on_where_it_was(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    settings: Settings,
) -> None:
    """Its slice over, it is back in the queue with what it did; one who is due first goes first; none is an attempt."""
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 5, "SLICE_SECONDS": 0}
    _write_messages(cast.alice, cast.bob, rows=12)
    deletion, small = granted(ask(cast.alice, "deletion")), granted(ask(cast.carol, "access"))
    _set(small, due_at=timezone.now())
    _set(deletion, due_at=timezone.now() - timedelta(days=1))
    assert execution.run() == deletion.pk
    deletion.refresh_from_db()
    assert (deletion.state, deletion.attempts, deletion.lease_until) == (State.EXECUTING, 0, None)
    assert 0 < _done(deletion) < 12
    _set(deletion, due_at=timezone.now() + timedelta(days=1))
    assert execution.run() == small.pk
    _wait_for_end(deletion)
    assert deletion.outcome == Outcome.PARTIALLY_FULFILLED
    assert counts.read()[counts.Kind.HANDED_BACK][0] > 1
    assert not Message.objects.filter(sender_id=cast.alice.pk).exists()


def _done(request: Request) -> int:
    steps = Step.objects.filter(request=request, declaration__startswith="testapp.Message")
    return sum(step.done for step in steps)


def _wait_for_end(request: Request) -> None:
    for _ in range(40):
        if execution.run() is None:
            break
    request.refresh_from_db()
    assert request.state == State.CLOSED


def test_a_process_that_was_told_to_stop_claims_nothing(three: dict[str, Request]) -> None:
    turns.stop()
    assert execution.run() is None
    assert set(Request.objects.values_list("state", flat=True)) == {State.APPROVED}
    turns.go_on()
    assert execution.run()


def test_what_is_in_hand_is_interrupted_when_the_patience_is_over(
    three: dict[str, Request], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even while it waits; it is given back, and carried out by the next who comes."""
    settings.DSAR = settings.DSAR | {"STOP_SECONDS": 0}
    run = execution.RUN["access"]

    def works_for_ever(_lease: leases.Lease) -> None:
        turns.stop()
        time.sleep(60)

    monkeypatch.setitem(execution.RUN, "access", works_for_ever)
    began = time.monotonic()
    given_back = execution.run()
    assert time.monotonic() - began < 5
    assert given_back
    request = Request.objects.get(pk=given_back)
    assert (request.state, request.attempts, request.lease_until) == (State.EXECUTING, 0, None)
    turns.go_on()
    monkeypatch.setitem(execution.RUN, "access", run)
    execution.run(given_back)
    request.refresh_from_db()
    assert request.outcome == Outcome.FULFILLED
