"""A restored backup brings people back; replaying the journal lets them go again, and nobody else."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from dsar.duties import replay
from dsar.engine import journal
from dsar.ledger.models import Entry
from tests.engine.looking import places_of, rows_of
from tests.testapp.factories import make_person
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

TABLES = ("testapp_member", "testapp_loan", "testapp_device", "testapp_payment", "testapp_tag")


@contextmanager
def administrator() -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the test's database, which nobody else may be connected to meanwhile."""
    connection.close()
    found = connection.settings_dict
    address = {"host": found["HOST"], "port": found["PORT"] or None, "user": found["USER"]}
    secret = {"password": found["PASSWORD"] or None, "dbname": "postgres"}
    with psycopg.connect(**{**address, **secret}, autocommit=True) as beside:
        # Whoever an earlier test left connected goes.
        beside.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [found["NAME"]],
        )
        yield beside


def copy(source: str, target: str) -> None:
    """Make a database that is, file by file, another one."""
    with administrator() as beside:
        beside.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )


def drop(name: str) -> None:
    with administrator() as beside:
        beside.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


class Backup:
    """The test's database as it was at one moment, sequences and ledger included."""

    def __init__(self) -> None:
        self.live = str(connection.settings_dict["NAME"])
        self.name = f"{self.live}_{secrets.token_hex(3)}"

    def take(self) -> None:
        """Back up what there is now."""
        drop(self.name)
        copy(self.live, self.name)

    def restore(self) -> None:
        """Put the backup in the place of what there is now."""
        drop(self.live)
        copy(self.name, self.live)


@pytest.fixture
def backup(cast: Cast) -> Iterator[Backup]:
    """A backup with the cast in it, taken before anybody asked for anything."""
    made = Backup()
    made.take()
    yield made
    drop(made.name)


def bobs() -> dict[str, list[str]]:
    return {table: rows_of(table, "t::text LIKE %s", "%canary-bob%") for table in TABLES}


def alices() -> set[str]:
    """The app's tables in which Alice still stands."""
    return {table for table in places_of("canary-alice") if table.startswith('"testapp_')}


def test_a_backup_from_before_a_deletion_ends_as_the_deletion_did(
    cast: Cast,
    backup: Backup,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    request, neighbours = answered(ask(cast.alice, "deletion")), bobs()
    left = alices()
    assert all(neighbours.values())
    backup.restore()
    assert alices() > left
    assert get_user_model().objects.filter(pk=cast.alice.pk).exists()
    said = StringIO()
    call_command("replay_erasures", stdout=said)
    assert f"{request.pk}: " in said.getvalue()
    assert alices() == left
    assert not get_user_model().objects.filter(pk=cast.alice.pk).exists()
    assert bobs() == neighbours
    assert Entry.objects.filter(tag="erasures.replayed", request=str(request.pk)).count() == 1


def test_replaying_again_changes_nothing(
    cast: Cast,
    backup: Backup,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    answered(ask(cast.alice, "deletion"))
    backup.restore()
    (first,) = replay.replay()
    entries = Entry.objects.count()
    (second,) = replay.replay()
    assert sum(first.rows.values()) > 0
    assert (second.rows, second.left_alone) == ({}, "")
    assert Entry.objects.count() == entries


def test_a_backup_from_after_a_deletion_has_nothing_to_lose(
    cast: Cast,
    backup: Backup,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    answered(ask(cast.alice, "deletion"))
    left, neighbours = alices(), bobs()
    backup.take()
    backup.restore()
    (replayed,) = replay.replay()
    assert replayed.rows == {}
    assert (alices(), bobs()) == (left, neighbours)


def test_who_came_back_on_the_same_address_is_left_alone(
    cast: Cast,
    backup: Backup,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    answered(ask(cast.alice, "deletion"))
    user = get_user_model().objects.create_user(email=cast.alice.email, password="new-here-again")
    Member.objects.create(user_id=user.pk, nickname="back again")
    (replayed,) = replay.replay()
    assert replayed.rows == {}
    assert Member.objects.get(user_id=user.pk).nickname == "back again"
    assert get_user_model().objects.get(pk=user.pk).email == cast.alice.email


def test_a_key_that_was_given_out_again_is_another_person_s(
    cast: Cast,
    backup: Backup,
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    """A restored sequence goes back: whoever comes next may get a deleted person's key."""
    answered(ask(cast.alice, "deletion"))
    newcomer = make_person("newcomer").user
    Member.objects.create(user_id=newcomer.pk, nickname="somebody new")
    (erasure,) = journal.read()
    journal.write(type(erasure)(**{**vars(erasure), "person": str(newcomer.pk)}))
    (replayed,) = replay.replay()
    assert "newer" in replayed.left_alone
    assert Member.objects.get(user_id=newcomer.pk).nickname == "somebody new"
