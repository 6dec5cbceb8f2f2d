"""The demonstration leaves no register of the desk empty, and filling them twice doubles nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.apps import apps
from django.contrib import admin
from psycopg import sql

from config.demonstration import company, registers
from config.embedded import places, servers
from config.seeding import assessments, planting, policy, staffing
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.sending_models import Sending
from dsar.contract.vocabulary import LegalBasis
from dsar.packages.models import Package
from dsar.registers.models import Purpose
from dsar.registers.policy_models import PolicyNotice
from dsar.registers.transfer_models import TransferNotice
from tests.start import children

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.models import Model

MAILED = {PolicyNotice, TransferNotice}
"""Filled by workers only when a significant change or a confirmed transfer is announced to everybody."""
BY_JOURNEYS = {Package, RecipientTask, Sending}
"""Filled by requests that a worker carries out."""


def shown() -> set[type[Model]]:
    """Every list of the desk, and every table of the registers, found and not named."""
    found = {
        model
        for model in apps.get_app_config("dsar").get_models()
        if admin.site.is_registered(model) or model.__module__.startswith("dsar.registers.")
    }
    return found - MAILED


def counts() -> dict[type[Model], int]:
    return {model: model._base_manager.count() for model in shown()}


def is_empty(model: type[Model], connection: psycopg.Connection) -> bool:
    table = sql.Identifier(model._meta.db_table)
    return not connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).rowcount


@pytest.mark.django_db
def test_every_register_is_filled_and_once(files_in_memory: object) -> None:
    planting.plant(planting.Order(users=60, seed=1))
    policy.publish()
    # The purposes of all tests are in use without assessment.
    Purpose.objects.filter(basis=LegalBasis.LEGITIMATE_INTEREST).update(active_from=None)
    assessments.weigh()
    staffing.prepare()
    people = company.open_company()
    assert registers.plant(people) == len(registers.FILLED)
    first = counts()
    assert {model for model, rows in first.items() if rows == 0} == BY_JOURNEYS
    assert registers.plant(people) == 0
    assert counts() == first


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder with servers of its own."""
    with children.data_folder("demo-") as found:
        yield found
        children.stop_servers()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_demonstration_ends_with_something_in_every_list(home: Path) -> None:
    demo = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once", "--json"],
        cwd=places.CHECKOUT,
        env=children.environment(home),
        stdout=subprocess.PIPE,
        check=True,
    )
    assert len(json.loads(demo.stdout)) == 7
    with servers.running(), psycopg.connect(servers.local().database_url()) as connection:
        assert [model.__name__ for model in shown() if is_empty(model, connection)] == []
