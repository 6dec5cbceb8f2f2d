"""Every page of the administration opens, and nobody deletes an account or an order there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.factories import accounts as people
from tests.factories import orders as commerce

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import Client

pytestmark = pytest.mark.django_db

FACTORIES = [
    people.UserFactory,
    people.GuardianshipFactory,
    people.ProfileEditFactory,
    people.SecurityEventFactory,
    people.SupportThreadFactory,
    people.SupportFileFactory,
    people.CampaignFactory,
    people.CampaignDeliveryFactory,
    commerce.ProductFactory,
    commerce.OrderFactory,
    commerce.QuotaUseFactory,
    commerce.ReportFactory,
    commerce.SearchTermFactory,
]


@pytest.fixture
def chief(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who may do everything; the second factor that the site may ask for is left aside."""
    monkeypatch.setattr(admin.site, "has_permission", lambda request: request.user.is_staff)
    client.force_login(people.UserFactory(is_staff=True, is_superuser=True))
    return client


def page(model: type[Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def test_every_administered_model_is_tried_here():
    models = [
        model
        for label in ("accounts", "orders")
        for model in apps.get_app_config(label).get_models()
    ]
    ours = {model for model in models if admin.site.is_registered(model)}
    assert {factory._meta.model for factory in FACTORIES} == ours


@pytest.mark.parametrize("factory", FACTORIES)
def test_lists_searches_and_pages_open(chief: Client, factory: Any):
    row = factory()
    model = type(row)
    assert chief.get(page(model, "changelist")).status_code == 200
    assert chief.get(page(model, "changelist"), {"q": "reader-1@example.test"}).status_code == 200
    assert chief.get(page(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_list_costs_the_same_however_long_it_is(chief: Client, factory: Any):
    address = page(factory._meta.model, "changelist")
    # The first page of a session is dearer: the session is looked up and noted.
    chief.get(address)
    costs = []
    for _ in range(2):
        for _ in range(6):
            factory()
        with CaptureQueriesContext(connection) as counted:
            chief.get(address)
        costs.append(len(counted))
    assert costs[0] == costs[1]


def test_a_new_account_is_made_by_its_address(chief: Client):
    secret = "a long fictional passphrase"
    answer = chief.post(
        page(User, "add"),
        {
            "email": "New@Example.test",
            "usable_password": "true",
            "password1": secret,
            "password2": secret,
            "profile-TOTAL_FORMS": "0",
            "profile-INITIAL_FORMS": "0",
        },
    )
    assert answer.status_code == 302
    assert User.objects.get(email="new@example.test").check_password(secret)


def test_a_password_hash_is_never_shown_whole(chief: Client):
    alice = people.UserFactory(password=make_password("a long fictional passphrase"))
    shown = chief.get(page(User, "change", alice.pk)).content.decode()
    assert alice.email in shown
    assert alice.password not in shown


@pytest.mark.parametrize("factory", [people.UserFactory, commerce.OrderFactory])
def test_nobody_deletes_accounts_or_orders_here(chief: Client, factory: Any):
    row = factory()
    assert chief.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_log_cannot_be_edited(chief: Client):
    event = people.SecurityEventFactory()
    address = page(type(event), "change", event.pk)
    assert chief.post(address, {"detail": "nothing happened"}).status_code == 403
    event.refresh_from_db()
    assert event.detail == "/reports/"
