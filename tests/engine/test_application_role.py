"""Every right is carried out under the application's role, which can add to the ledger and change nothing in it."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections
from psycopg import sql

from dsar.cases.states import Outcome
from dsar.duties import replay
from dsar.ledger.models import Entry
from tests.engine.archives import everything, opened
from tests.engine.looking import places_of
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

CHANGES = (
    "UPDATE dsar_ledger_entry SET canonical = '{}'",
    "DELETE FROM dsar_ledger_entry",
    "TRUNCATE dsar_ledger_entry",
)


@pytest.fixture
def application(cast: Cast) -> Iterator[str]:
    """The role that production's web and workers have, set up by the command."""
    name, password = f"app_{secrets.token_hex(6)}", secrets.token_hex(16)
    _run("CREATE ROLE {role} LOGIN PASSWORD {password}", role=name, password=password)
    call_command("grant_roles", application_role=name, stdout=StringIO())
    with _connected_as(name, password):
        yield name
    _run("DROP OWNED BY {role}", role=name)
    _run("DROP ROLE {role}", role=name)


def _run(statement: str, *, role: str, password: str = "") -> None:
    written = sql.SQL(statement).format(role=sql.Identifier(role), password=password)
    with connection.cursor() as cursor:
        cursor.execute(written)


@contextmanager
def _connected_as(role: str, password: str) -> Iterator[None]:
    """A block in which this process, whatever its thread, connects as this role."""
    owner = connections["default"]
    names = {"USER": role, "PASSWORD": password}
    kept = {name: owner.settings_dict[name] for name in names}
    owner.close()
    # The dictionary is the one that connections of other threads, such as the heartbeat's, are made from.
    owner.settings_dict.update(names)
    try:
        yield
    finally:
        owner.close()
        owner.settings_dict.update(kept)


def test_the_application_carries_out_access_and_deletion(
    application: str,
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (application,)
    copy = answered(ask(cast.alice, "access"))
    assert copy.outcome == Outcome.FULFILLED
    assert cast.alice.canary("nickname") in everything(opened(copy))
    gone = answered(ask(cast.alice, "deletion"))
    assert gone.outcome == Outcome.PARTIALLY_FULFILLED
    assert places_of(cast.alice.canary("nickname")) == []
    assert Member.objects.filter(user_id=cast.bob.pk).exists()
    assert [one.left_alone for one in replay.replay()] == [""]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.split()[0])
def test_the_application_cannot_change_what_was_written(
    application: str,
    cast: Cast,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    change: str,
) -> None:
    """In plain SQL, right after its own work."""
    answered(ask(cast.bob, "access"))
    before = list(Entry.objects.values_list("pk", "canonical"))
    assert len(before) > 3
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(change)
    assert list(Entry.objects.values_list("pk", "canonical")) == before
