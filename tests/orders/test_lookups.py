"""Whoever asks for a person's rows finds them by index, in every table and on every declared way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from accounts.models import User
from config.seeding import planting
from dsar import registry
from dsar.contract import compiler, people, reach

if TYPE_CHECKING:
    from dsar.contract.declarations import Declaration

pytestmark = pytest.mark.django_db

DECLARED = [
    found
    for found in registry.current().all()
    if found.model._meta.app_label not in {"dsar", "testapp"}
]
GUESTS = people.guest(("reader@example.test",), names=("Reader O'Fiction",), unnamed=True)
IDENTIFIED = [
    found for found in reach.declarations(GUESTS) if found.model._meta.app_label == "orders"
]


@pytest.fixture
def somebody() -> User:
    """Somebody among enough others."""
    planting.plant(planting.Order(users=60, seed=1))
    found: User = User.objects.filter(orders__isnull=False).order_by("pk")[0]
    return found


def plan_of(sql: str, parameters: Any) -> str:
    """How the server would go about it if reading whole tables were out of the question."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT * FROM {sql}", parameters)  # noqa: S608 - our own.
        return "\n".join(line for (line,) in cursor.fetchall())


def label(value: object) -> str:
    return str(getattr(value, "label", value))


@pytest.mark.parametrize("declared", DECLARED, ids=label)
def test_every_way_to_a_person_has_an_index(somebody: User, declared: Declaration):
    where, parameters = compiler.condition(declared).bind(somebody.pk)
    plan = plan_of(f"{compiler.table(declared)} WHERE {where}", parameters)
    assert "Index" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("declared", IDENTIFIED, ids=label)
def test_every_way_to_a_person_without_account_has_an_index(somebody: User, declared: Declaration):
    where, parameters = compiler.condition(declared).bind(GUESTS)
    plan = plan_of(f"{compiler.table(declared)} WHERE {where}", parameters)
    assert "Index" in plan
    assert "Seq Scan" not in plan


def test_there_is_something_to_look_for():
    assert {found.model._meta.app_label for found in DECLARED} >= {"accounts", "orders", "account"}
    assert len(IDENTIFIED) >= 4
