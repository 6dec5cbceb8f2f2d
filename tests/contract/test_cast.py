"""The cast of dsar's tests has rows in every table of the test application, reached as its declarations say."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.management import call_command

from dsar.contract.compiler import condition, table
from dsar.registry import current
from tests.testapp.factories import NASTY, make_cast
from tests.testapp.models import Circle, Device, Loan, Member, Tool

if TYPE_CHECKING:
    from django.db import models

    from dsar.contract.declarations import Declaration
    from tests.testapp.factories import Person

pytestmark = pytest.mark.django_db

_REACHED = [
    pytest.param(declaration, id=declaration.label)
    for declaration in current().all()
    if declaration.model._meta.app_label == "testapp" and declaration.subject
]


def _manager(model: type[models.Model]) -> models.Manager[Any]:
    return model._base_manager


def _keys(declaration: Declaration, person: Person) -> set[object]:
    where, params = condition(declaration).bind(person.pk)
    sql = f"SELECT * FROM {table(declaration)} WHERE {where}"  # noqa: S608 - compiled by ourselves.
    return {row.pk for row in _manager(declaration.model).raw(sql, params)}


@pytest.fixture
def cast(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


def test_every_table_of_the_test_application_has_rows(cast):
    for model in apps.get_app_config("testapp").get_models(include_auto_created=True):
        assert _manager(model).exists(), model


@pytest.mark.parametrize("declaration", _REACHED)
def test_every_declaration_reaches_alice_and_bob_and_not_carol(cast, declaration):
    assert _keys(declaration, cast.alice)
    assert _keys(declaration, cast.bob)
    assert not _keys(declaration, cast.carol)


@pytest.mark.parametrize("declaration", _REACHED)
def test_only_shared_rows_are_alices_and_bobs(cast, declaration):
    shared = _keys(declaration, cast.alice) & _keys(declaration, cast.bob)
    assert bool(shared) is (declaration.label == "testapp.Message")


def test_nasty_text_comes_back_as_it_went_in(cast):
    member = Member.objects.get(user_id=cast.alice.pk)
    assert member.preferences["nasty"] == list(NASTY)
    assert member.biography == "\n".join((cast.alice.canary("biography"), *NASTY))
    device = Device.objects.get(owner_id=cast.alice.pk)
    assert device.secret_note == cast.alice.canary("secret-note") + NASTY[3]


def test_a_guest_s_loan_is_reached_by_its_address_only(cast):
    guest = Loan.objects.get(borrower=None, contact_email=cast.alice.email)
    assert guest.pk not in _keys(current().get("testapp.Loan"), cast.alice)


def test_what_holds_nothing_is_shared_by_all(cast):
    assert Tool.objects.count() == 1
    assert set(Circle.objects.get().members.all()) == {cast.alice.user, cast.bob.user}


def test_the_test_application_s_migrations_are_up_to_date():
    call_command("makemigrations", "testapp", check=True, dry_run=True, stdout=io.StringIO())
