"""A process says that it lives without asking anybody, and that it is ready only when the database is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import health
from dsar.engine import server

if TYPE_CHECKING:
    from django.test import Client


def test_it_lives_without_a_database(client: Client) -> None:
    """No access to the database is allowed to this test."""
    assert client.get("/health/live").content == b"ok\n"


@pytest.mark.django_db
def test_it_is_ready_when_the_database_has_the_tables(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200
    assert client.get("/health/").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_for_tables_that_are_not_there_yet(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = frozenset({("dsar", "0001_initial"), ("dsar", "9999_of_the_next_version")})
    monkeypatch.setattr(health, "_wanted_migrations", lambda: wanted)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    assert "1 migrations are missing" in caplog.text


def test_it_is_not_ready_without_a_database(
    transactional_db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection leads nowhere; nothing of the error is told."""
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nowhere")
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")


@pytest.mark.django_db
def test_the_connection_asks_for_what_the_server_must_be_set_to() -> None:
    assert server.complaints() == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["client_connection_check_interval", "idle_in_transaction_session_timeout"]
)
@pytest.mark.parametrize("value", ["0", "1h"])
def test_a_server_that_lets_locks_stand_is_refused(name: str, value: str) -> None:
    """Switched off or far too long, each is found by its name."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = '{value}'")
    (found,) = run_checks(tags=[Tags.database], databases=["default"])
    assert found.id == "dsar.S001"
    assert name in found.msg


@pytest.mark.django_db
def test_a_database_with_some_of_the_steps_that_one_migration_stands_for_is_refused() -> None:
    """It has all of them after that one; without the last it would be passed over in silence."""
    recorder = MigrationRecorder(connection)
    assert recorder.migration_qs.filter(app="dsar").count() == 58
    recorder.record_unapplied("dsar", "0001_squashed_0057_sweep_goes_on")
    assert run_checks(tags=[Tags.database], databases=["default"]) == []
    recorder.record_unapplied("dsar", "0057_sweep_goes_on")
    (found,) = run_checks(tags=[Tags.database], databases=["default"])
    assert found.id == "dsar.S002"
    assert found.msg.endswith(": 0057_sweep_goes_on.")
