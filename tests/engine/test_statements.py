"""Work costs statements by the model, never by the row; the server counts them, and memory stays flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from dsar.cases.states import State
from dsar.engine import execution, verification
from dsar.management.bench.figures import Counter, growth
from tests.testapp.models import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person

MOST = 50


@pytest.fixture
def counter(transactional_db: None) -> Iterator[Counter]:
    """The server's own count for this test's database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        # Room in the server's list, which forgets statements once it is full: no other database's are touched.
        cursor.execute(
            "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()"
        )
    counting = Counter()
    yield counting
    counting.close()


@pytest.fixture
def carried_out(counter: Counter) -> Callable[[Request], int]:
    """Carry a request out and say how many statements the server ran for it, from the claim to the end."""

    def run(request: Request) -> int:
        before = counter.count()
        execution.run(request.pk)
        after = counter.count()
        request.refresh_from_db()
        assert request.state == State.CLOSED
        assert before is not None
        assert after is not None
        return after - before

    return run


@pytest.fixture
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep through the whole database is shared by all deletions that wait for it, and counted apart."""

    def verify(request: Request, *, since: float) -> dict[str, int]:
        verification.verify_rows(request)
        return {}

    monkeypatch.setattr(verification, "verify", verify)


def give_messages(to: Person, by: Person, *, rows: int) -> None:
    """Messages from the one to the other."""
    Message.objects.bulk_create(
        Message(sender_id=by.pk, recipient_id=to.pk, text=f"message {number} of many")
        for number in range(rows)
    )


def test_access_of_fifty_rows_takes_at_most_fifty_statements(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    carried_out: Callable[[Request], int],
) -> None:
    """Claim, package, answer and closing together."""
    give_messages(cast.alice, cast.bob, rows=20)
    assert 20 < carried_out(granted(ask(cast.alice, "access"))) <= MOST


def test_access_takes_the_same_statements_for_many_rows(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    carried_out: Callable[[Request], int],
) -> None:
    """A hundred times the rows, a handful of statements more: the way of reading changes, not their number by row."""
    few = carried_out(granted(ask(cast.alice, "access")))
    give_messages(cast.bob, cast.alice, rows=5_000)
    many = carried_out(granted(ask(cast.bob, "access")))
    assert many <= MOST
    assert abs(many - few) <= 12


def test_deletion_of_fifty_rows_takes_at_most_fifty_statements(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    carried_out: Callable[[Request], int],
    no_sweep: None,
) -> None:
    """Claim, erasing, receipts, answer and closing together; a hundred times the rows take no more."""
    give_messages(cast.alice, cast.carol, rows=20)
    assert 20 < carried_out(granted(ask(cast.alice, "deletion"))) <= MOST
    give_messages(cast.bob, cast.carol, rows=5_000)
    assert carried_out(granted(ask(cast.bob, "deletion"))) <= MOST


def test_deletion_takes_the_same_statements_for_many_rows(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    carried_out: Callable[[Request], int],
    no_sweep: None,
) -> None:
    """One statement a kind of record, however many rows it has."""
    alice, bob = granted(ask(cast.alice, "deletion")), granted(ask(cast.bob, "deletion"))
    for person, rows in ((cast.alice, 50), (cast.bob, 5_000)):
        give_messages(cast.carol, person, rows=rows)
    assert carried_out(alice) == carried_out(bob)


def test_memory_does_not_grow_with_the_rows(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
) -> None:
    """Fifty thousand rows pass through; what stays is a few blocks."""
    execution.run(granted(ask(cast.alice, "access")).pk)
    give_messages(cast.bob, cast.alice, rows=50_000)
    request = granted(ask(cast.bob, "access"))
    with growth() as grown:
        execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert grown[0] <= 16


@pytest.mark.slow
def test_memory_does_not_grow_with_a_million_rows(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
) -> None:
    """As above, with a million."""
    with connection.cursor() as cursor:
        columns = [field.column for field in Message._meta.concrete_fields if not field.primary_key]
        give_messages(cast.bob, cast.alice, rows=1)
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO testapp_message ({names}) SELECT {names} FROM"
            " (SELECT * FROM testapp_message ORDER BY id DESC LIMIT 1) m, generate_series(1, 1000000)"
        )
    execution.run(granted(ask(cast.alice, "access")).pk)
    request = granted(ask(cast.bob, "access"))
    with growth() as grown:
        execution.run(request.pk)
    assert grown[0] <= 16
