"""The sweep after deletions: once through everything for all who wait, and each deletion gets its own verdict."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar import crashpoints
from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.engine import (
    execution,
    review,
    sweeping,
    turns,
    verification,
)
from dsar.engine.identifiers import Erased
from dsar.engine.models import Sweep
from dsar.ledger import log
from tests.testapp.models import Loan, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast, Person

ADDRESS = "kestrel@example.com"


@pytest.fixture
def waiting(
    ask: Callable[..., Case], granted: Callable[[Case], Request], settings: Any
) -> Callable[[Person], Request]:
    """A deletion that has erased everything and waits for the hour of the sweep."""

    def erase(person: Person) -> Request:
        hour = (timezone.localtime().hour + 12) % 24
        settings.DSAR = settings.DSAR | {"SWEEP_HOUR": hour}
        request = granted(ask(person, "deletion"))
        assert execution.run(request.pk) == request.pk
        settings.DSAR = settings.DSAR | {"SWEEP_HOUR": None}
        Request.objects.filter(pk=request.pk).update(not_before=timezone.now())
        request.refresh_from_db()
        assert request.state == State.EXECUTING
        return request

    return erase


def carried_on(request: Request) -> Request:
    """The request after a worker took it up again."""
    assert execution.run(request.pk) == request.pk
    request.refresh_from_db()
    return request


def test_who_waits_for_the_hour_is_in_the_journal_first(
    cast: Cast, waiting: Callable[[Person], Request]
) -> None:
    """However long the disk takes: a backup restored before that hour must be cleaned too."""
    passed: list[str] = []

    def watch(point: str) -> None:
        passed.append(point)
        if point == "journal.write:before":
            time.sleep(0.5)

    with crashpoints.watched(watch):
        waiting(cast.alice)
    assert passed.index("journal.write:after") < passed.index("lease.postpone:before")


def test_one_search_serves_all_deletions_and_each_gets_its_own_verdict(
    cast: Cast, waiting: Callable[[Person], Request], dora: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob is still named by a tool: his deletion stops, Alice's closes, and everything was read once."""
    swept: list[int] = []

    def counted(erased: Collection[Erased]) -> sweeping.Search:
        swept.append(len(erased))
        return sweeping.Search(erased)

    monkeypatch.setattr(verification, "Search", counted)
    alice, bob = waiting(cast.alice), waiting(cast.bob)
    Tool.objects.create(title=f"returned by {cast.bob.email}")
    assert carried_on(alice).state == State.CLOSED
    assert carried_on(bob).state == State.NEEDS_ATTENTION
    assert swept == [2]
    (failed,) = (one for one in log.entries(bob.pk) if one.tag == "deletion.verification_failed")
    assert "testapp.Tool" in failed.canonical
    Tool.objects.filter(title__contains=cast.bob.email).delete()
    review.retry(bob, actor=dora)
    assert carried_on(bob).state == State.CLOSED
    assert swept == [2, 1]


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the places that were searched; the search is kept after each."""
    monkeypatch.setattr(verification, "SLICE_SECONDS", 0)
    passed: list[str] = []
    through = sweeping.Search.through

    def noted(search: sweeping.Search, place: sweeping.Place) -> None:
        passed.append(place.name)
        through(search, place)

    monkeypatch.setattr(sweeping.Search, "through", noted)
    return passed


def cut_off(request: Request, *, after: int) -> None:
    """Have a worker search for a deletion and die when so many places are kept."""
    left = [after]

    def dies(point: str) -> None:
        left[0] -= point == "database.sweep:before"
        if left[0] < 0:
            raise ConnectionError(point)

    with crashpoints.watched(dies), pytest.raises(ConnectionError):
        verification.verify(request, since=time.monotonic())


def test_a_search_that_is_cut_off_goes_on_where_it_was_kept(
    cast: Cast, waiting: Callable[[Person], Request], searched: list[str]
) -> None:
    """Whoever dies in it loses one place; what was found before is in the verdicts, whoever goes on."""
    alice, bob = waiting(cast.alice), waiting(cast.bob)
    Tool.objects.create(title=f"returned by {cast.bob.email}")
    cut_off(alice, after=3)
    cut_off(alice, after=len(sweeping.places()) - 4)
    sweep = Sweep.objects.get()
    assert set(sweep.requests) == {str(alice.pk), str(bob.pk)}
    assert str(bob.pk) in str(sweep.found)
    assert carried_on(alice).state == State.CLOSED
    assert carried_on(bob).state == State.NEEDS_ATTENTION
    assert sorted(searched) == sorted(one.name for one in sweeping.places())
    assert not Sweep.objects.exists()


def test_a_worker_that_is_told_to_stop_gives_the_search_back_where_it_stands(
    cast: Cast, waiting: Callable[[Person], Request], searched: list[str]
) -> None:
    """It does not search on to the end; whoever is free takes it up at the next place, and it counts as no failure."""
    alice = waiting(cast.alice)

    def told(point: str) -> None:
        if point == "database.sweep:after":
            turns.stop()

    try:
        with crashpoints.watched(told):
            assert execution.run(alice.pk) == alice.pk
    finally:
        turns.go_on()
    alice.refresh_from_db()
    assert (alice.state, alice.lease_until, len(searched)) == (State.EXECUTING, None, 1)
    assert Sweep.objects.get().searched == searched
    assert carried_on(alice).state == State.CLOSED
    assert sorted(searched) == sorted(one.name for one in sweeping.places())


def test_a_search_that_outlasts_its_hour_is_finished_and_its_verdicts_are_used(
    cast: Cast, waiting: Callable[[Person], Request], searched: list[str], settings: Any
) -> None:
    """A house that sweeps at night would otherwise begin anew each night, and never come to an end."""
    alice, bob = waiting(cast.alice), waiting(cast.bob)
    cut_off(alice, after=3)
    hour = (timezone.localtime().hour + 12) % 24
    settings.DSAR = settings.DSAR | {"SWEEP_HOUR": hour}
    assert carried_on(alice).state == State.CLOSED
    assert carried_on(bob).state == State.CLOSED
    assert sorted(searched) == sorted(one.name for one in sweeping.places())


def test_who_comes_while_a_search_is_on_is_searched_for_in_the_next(
    cast: Cast, waiting: Callable[[Person], Request], searched: list[str]
) -> None:
    """Half of the places were looked through without the newcomer; nothing is left out for them."""
    alice = waiting(cast.alice)
    Tool.objects.create(title=f"returned by {cast.bob.email}")
    cut_off(alice, after=len(sweeping.places()) // 2)
    bob = waiting(cast.bob)
    assert carried_on(alice).state == State.CLOSED
    assert carried_on(bob).state == State.NEEDS_ATTENTION
    assert len(searched) == 2 * len(sweeping.places())


def test_who_has_a_verdict_is_not_searched_for_again_and_may_close_beside_the_next_search(
    cast: Cast, waiting: Callable[[Person], Request], searched: list[str]
) -> None:
    """Bob's verdict waits for him while Carol's search begins, is cut off, and goes on after he is done."""
    alice, bob = waiting(cast.alice), waiting(cast.bob)
    assert carried_on(alice).state == State.CLOSED
    carol = waiting(cast.carol)
    cut_off(carol, after=3)
    sweep = Sweep.objects.get()
    assert sweep.requests == [str(carol.pk)]
    # As if his verdict had come between.
    sweep.requests.append(str(bob.pk))
    sweep.save()
    assert carried_on(bob).state == State.CLOSED
    assert carried_on(carol).state == State.CLOSED
    assert len(searched) == 2 * len(sweeping.places())


def test_a_verdict_that_lay_too_long_is_not_believed(
    cast: Cast, waiting: Callable[[Person], Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came into the database since is found by a search of the deletion's own."""
    alice, bob = waiting(cast.alice), waiting(cast.bob)
    assert carried_on(alice).state == State.CLOSED
    Tool.objects.create(title=f"returned by {cast.bob.email}")
    later = timezone.now() + timedelta(hours=7)
    monkeypatch.setattr("dsar.engine.verification.timezone.now", lambda: later)
    assert carried_on(bob).state == State.NEEDS_ATTENTION


def swept(erased: Collection[Erased]) -> dict[uuid.UUID, sweeping.Verdict]:
    """The verdicts after everything was searched for these people."""
    search = sweeping.Search(erased)
    for place in sweeping.places():
        search.through(place)
    return search.verdicts


def _looking_for(address: str, *, person: object = 0) -> Erased:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        (since,) = cursor.fetchone()
    return Erased(
        request=uuid.uuid4(),
        person=str(person),
        identifiers=frozenset({address}),
        since=int(since),
        cut_off=timezone.now(),
    )


def _guests_loan(tool: Tool, number: int) -> Loan:
    return Loan(code=f"G-{number}", tool=tool, contact_name="Guest", contact_email=ADDRESS)


def test_an_unexplained_hit_does_not_hide_behind_explained_ones(cast: Cast) -> None:
    """Among six thousand loans of guests with the same address, the one that was written since is told."""
    tool = Tool.objects.create(title="ladder")
    Loan.objects.bulk_create(_guests_loan(tool, number) for number in range(6_000))
    erased = _looking_for(ADDRESS)
    Loan.objects.filter(code="G-4321").update(remarks="put back")
    verdict = swept([erased])[erased.request]
    assert verdict.failed == {"testapp.Loan": 1}
    assert verdict.explained == {"testapp.Loan": 5_999}


def test_a_guests_row_that_is_born_after_the_deletion_is_a_guests(cast: Cast) -> None:
    """Somebody who shares the mailbox may borrow while the sweep is awaited."""
    erased = _looking_for(ADDRESS)
    _guests_loan(Tool.objects.create(title="ladder"), 1).save()
    verdict = swept([erased])[erased.request]
    assert (verdict.failed, verdict.explained) == ({}, {"testapp.Loan": 1})


@contextmanager
def _trigger(when: str, does: str) -> Iterator[None]:
    """A trigger that nobody declared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION test_sabotage() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {does} END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER test_sabotage {when} FOR EACH ROW EXECUTE FUNCTION test_sabotage()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION test_sabotage() CASCADE")
            cursor.execute("DROP TABLE IF EXISTS test_old_members")


SABOTAGE = {
    "the overwriting is undone once the row leads to nobody": (
        "AFTER UPDATE OF borrower_id ON testapp_loan",
        """IF NEW.borrower_id IS NULL THEN UPDATE testapp_loan
           SET contact_name = OLD.contact_name, contact_email = OLD.contact_email
           WHERE id = OLD.id; END IF; RETURN NULL;""",
        "testapp.Loan",
    ),
    "a copy becomes a guest's": (
        "BEFORE DELETE ON testapp_member",
        """INSERT INTO testapp_loan (tool_id, code, contact_name, contact_email, remarks, locker_pin,
           slip, deposit, lent_at) SELECT min(id), 'copy', OLD.nickname, '', '', '', '', 0, now()
           FROM testapp_tool; RETURN OLD;""",
        "testapp.Loan",
    ),
    "a table that no model knows": (
        "BEFORE DELETE ON testapp_member",
        "CREATE TABLE test_old_members AS SELECT OLD.*; RETURN OLD;",
        "test_old_members",
    ),
}


@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_a_deletion_that_is_undone_behind_its_back_is_never_fulfilled(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request], sabotage: str
) -> None:
    """The words are back in the deletion's own transaction; a row without owner is not taken for a guest's."""
    when, does, place = SABOTAGE[sabotage]
    request = granted(ask(cast.alice, "deletion"))
    with _trigger(when, does):
        request = carried_on(request)
    assert (request.state, request.outcome) == (State.NEEDS_ATTENTION, "")
    (failed,) = (
        one for one in log.entries(request.pk) if one.tag == "deletion.verification_failed"
    )
    assert place in failed.canonical


def test_the_search_costs_the_same_statements_for_one_and_for_a_hundred(cast: Cast) -> None:
    """One COPY a table, whoever is looked for."""
    hundred = [_looking_for(f"person-{number}@nowhere.example") for number in range(100)]
    with CaptureQueriesContext(connection) as one:
        swept(hundred[:1])
    with CaptureQueriesContext(connection) as all_:
        swept(hundred)
    assert len(one) == len(all_)
