"""The application's role: it works with every table and can only add to the ledger."""

from __future__ import annotations

import secrets
import uuid
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, models, transaction
from django.utils import timezone
from psycopg import sql

from dsar.dispatch.models import Wake
from dsar.ledger import log, roles
from dsar.ledger.models import Entry, LedgerImmutableError
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = uuid.UUID("00000000-0000-4000-8000-000000000003")
PASSWORD = secrets.token_hex(16)
GROWING = (
    "dsar_ledger_entry",
    "dsar_ledger_leaf",
    "dsar_ledger_node",
    "dsar_ledger_checkpoint",
    "dsar_ledger_placement",
)


def run(statement: str, **names: str) -> None:
    written = sql.SQL(statement).format(
        **{name: sql.Identifier(value) for name, value in names.items()}, password=PASSWORD
    )
    with connection.cursor() as cursor:
        cursor.execute(written)


@pytest.fixture
def role() -> Iterator[str]:
    """A role as an administrator would make it, with no right at all."""
    name = f"app_{secrets.token_hex(6)}"
    run("CREATE ROLE {role} LOGIN PASSWORD {password}", role=name)
    yield name
    run("DROP OWNED BY {role}", role=name)
    run("DROP ROLE {role}", role=name)


@pytest.fixture
def granted(role: str) -> str:
    call_command("grant_roles", application_role=role, stdout=StringIO())
    return role


@contextmanager
def connected_as(role: str) -> Iterator[None]:
    """A block in which Django's default connection is a second, real one of this role."""
    owner = connections["default"]
    application = owner.copy()
    application.settings_dict = {**owner.settings_dict, "USER": role, "PASSWORD": PASSWORD}
    connections["default"] = application
    try:
        yield
    finally:
        application.close()
        connections["default"] = owner


def test_the_application_appends_and_reads_the_ledger(granted):
    with connected_as(granted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (granted,)
        log.append(Tag.REQUEST_VIEWED, request=REQUEST)
        assert [entry.tag for entry in log.entries(REQUEST)] == ["request.viewed"]


IN_SQL = (
    "UPDATE dsar_ledger_entry SET canonical = '{}'",
    "DELETE FROM dsar_ledger_entry",
    "TRUNCATE dsar_ledger_entry",
    "ALTER TABLE dsar_ledger_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER dsar_ledger_no_change ON dsar_ledger_entry",
    "DROP TABLE dsar_ledger_entry",
    "SET session_replication_role = replica",
    "SELECT setval('dsar_ledger_entry_id_seq', 1)",
)


def test_the_application_cannot_change_the_ledger_in_sql(granted):
    with connected_as(granted):
        log.append(Tag.REQUEST_VIEWED, request=REQUEST)
        before = log.entries(REQUEST).get().canonical
        for statement in IN_SQL:
            refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
            with refused, connection.cursor() as cursor:
                cursor.execute(statement)
        assert log.entries(REQUEST).get().canonical == before


def test_the_application_cannot_change_the_ledger_through_the_orm(granted):
    # Django's own queryset and methods, which know nothing of the ledger.
    bare: models.QuerySet[Entry] = models.QuerySet(Entry)
    with connected_as(granted):
        log.append(Tag.REQUEST_VIEWED, request=REQUEST)
        entry = log.entries(REQUEST).get()
        for change in (
            lambda: bare.filter(pk=entry.pk).update(canonical="{}"),
            lambda: bare.filter(pk=entry.pk).delete(),
            lambda: bare.bulk_update([entry], ["canonical"]),
        ):
            with pytest.raises((ProgrammingError, LedgerImmutableError)), transaction.atomic():
                change()
        for method in (models.Model.delete, models.Model.save):
            with pytest.raises((ProgrammingError, LedgerImmutableError)), transaction.atomic():
                method(entry)
        assert log.entries(REQUEST).get().canonical == entry.canonical


def test_the_application_works_with_every_other_table(granted):
    with connected_as(granted):
        row = Wake.objects.create(task="a.b", due_at=timezone.now())
        Wake.objects.update(task="a.c")
        with transaction.atomic():
            assert Wake.objects.select_for_update(skip_locked=True).get(pk=row.pk).task == "a.c"
        row.delete()
        assert not Wake.objects.exists()


def test_the_application_can_neither_migrate_nor_claim_that_it_did(granted):
    with connected_as(granted):
        for statement in (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('dsar', '9999', now())",
            "DELETE FROM django_migrations",
            "CREATE TABLE mine (id int)",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_a_table_that_comes_later_is_the_applications_too(granted):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id serial, word text)")
    try:
        with connected_as(granted), connection.cursor() as cursor:
            cursor.execute("INSERT INTO later (word) VALUES ('x')")
            cursor.execute("UPDATE later SET word = 'y'")
            cursor.execute("DELETE FROM later")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE later")


def test_granting_twice_says_and_leaves_the_same(role):
    said = []
    for _ in range(2):
        out = StringIO()
        call_command("grant_roles", application_role=role, stdout=out)
        said.append(out.getvalue())
    assert said[0] == said[1]
    assert Entry.objects.filter(tag="roles.granted").count() == 1
    assert "SELECT, INSERT on 5 table(s)" in said[0]
    assert f"the ledger only grows ({', '.join(GROWING)})" in said[0]


def test_rights_that_were_given_by_hand_are_taken_back(granted):
    run("GRANT ALL ON dsar_ledger_entry TO {role}", role=granted)
    call_command("grant_roles", application_role=granted, stdout=StringIO())
    with (
        connected_as(granted),
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM dsar_ledger_entry")


def test_a_role_that_no_right_can_bind_is_refused(role):
    with pytest.raises(CommandError, match="no role nobody_here"):
        call_command("grant_roles", application_role="nobody_here", stdout=StringIO())
    run("ALTER ROLE {role} SUPERUSER", role=role)
    with pytest.raises(CommandError, match="no right can bind it"):
        call_command("grant_roles", application_role=role, stdout=StringIO())
    assert sorted(roles.ledger_tables()) == sorted(GROWING)
