"""Accounts are known by their address, whatever its case, and say nothing personal in a log."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import Guardianship, Profile, SecurityEvent, User
from tests.factories import accounts as made

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_and_found_in_lower_case():
    alice = User.objects.create_user("Alice@Example.TEST", "a long fictional passphrase")
    assert User.objects.get(email="ALICE@example.test") == alice
    assert User.objects.values_list("email", flat=True).get() == "alice@example.test"


def test_the_same_address_in_other_case_is_refused():
    made.UserFactory(email="alice@example.test")
    with pytest.raises(ValidationError) as refused:
        User(email="ALICE@example.test", password="!").full_clean()
    assert "email" in refused.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Alice@example.test")


def test_the_database_refuses_capitals_that_came_past_django():
    alice = made.UserFactory(email="alice@example.test")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = upper(email) WHERE id = %s", [alice.pk])


def test_an_account_needs_an_address():
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_a_superuser_may_enter_the_administration():
    chief = User.objects.create_superuser("chief@example.test", "a long fictional passphrase")
    assert chief.is_staff
    assert chief.is_superuser
    assert not made.UserFactory().is_staff


@pytest.mark.parametrize(
    ("factory", "wrong"),
    [
        (made.ProfileFactory, {"country": "Singapore"[:2]}),
        (made.SecurityEventFactory, {"kind": "guess"}),
        (made.GuardianshipFactory, {"relation": "friend"}),
        (made.GuardianshipFactory, {"until": "2020-01-01"}),
    ],
)
def test_the_database_refuses_what_the_model_rules_out(factory: Any, wrong: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**wrong)


def test_nobody_is_their_own_guardian_and_nobody_twice_the_same():
    pair = made.GuardianshipFactory()
    for ward in (pair.guardian, pair.ward):
        with pytest.raises(IntegrityError), transaction.atomic():
            made.GuardianshipFactory(guardian=pair.guardian, ward=ward)
    assert Guardianship.objects.count() == 1


def test_a_person_has_one_profile():
    profile = made.ProfileFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Profile.objects.create(user=profile.user)


@pytest.mark.parametrize(
    "factory",
    [
        made.UserFactory,
        made.ProfileFactory,
        made.GuardianshipFactory,
        made.SecurityEventFactory,
        made.SupportThreadFactory,
        made.SupportMessageFactory,
        made.SupportFileFactory,
        made.CampaignDeliveryFactory,
    ],
)
def test_what_a_row_is_called_in_a_log_names_nobody(factory: Any):
    row = factory()
    said = str(row)
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and value and field.name != "kind":
            assert value not in said


def test_an_event_may_belong_to_nobody():
    assert made.SecurityEventFactory(user=None).user is None
    assert SecurityEvent.objects.filter(user__isnull=True).count() == 1
