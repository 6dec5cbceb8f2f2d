"""What a thief of an account would change first is noticed, with the address that it had before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.contrib.auth.signals import user_logged_in
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import changes
from accounts.models import SecurityEvent, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LATELY = timedelta(days=30)


@pytest.fixture
def alice() -> User:
    """Alice, whose account has been the same for a year."""
    user: User = UserFactory(email="alice@example.test")
    log_in(user, "Browser/1")
    SecurityEvent.objects.update(happened_at=timezone.now() - timedelta(days=300))
    return user


def log_in(user: User, browser: str) -> None:
    request = RequestFactory(headers={"user-agent": browser}).post("/")
    user_logged_in.send(sender=User, request=request, user=user)


def lately(user: User) -> tuple[list[str], list[str]]:
    return changes.since(user.pk, timezone.now() - LATELY)


def test_an_account_that_nobody_touched_has_no_changes(alice: User):
    log_in(alice, "Browser/1")
    assert lately(alice) == ([], [])


def test_a_browser_that_was_never_used_is_a_change(alice: User):
    log_in(alice, "Browser/2")
    assert lately(alice) == (["new_device"], [alice.email])


def test_the_first_browser_of_a_new_account_is_none():
    bob: User = UserFactory()
    log_in(bob, "Browser/1")
    assert lately(bob) == ([], [])


def test_a_changed_password_is_a_change(alice: User, client):
    alice.set_password("old-staple-battery-1")
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client.force_login(alice)
    SecurityEvent.objects.filter(kind="log_in").update(
        happened_at=timezone.now() - timedelta(days=300)
    )
    said = {
        "oldpassword": "old-staple-battery-1",
        "password1": "new-staple-battery-2",
        "password2": "new-staple-battery-2",
    }
    assert client.post(reverse("account_change_password"), said).status_code == 302
    kinds, earlier = lately(alice)
    assert "password_changed" in kinds
    assert earlier == [alice.email]


def test_the_address_before_a_change_is_the_one_to_ask(alice: User):
    before = EmailAddress(user=alice, email="alice-before@example.test")
    email_changed.send(
        sender=User, request=None, user=alice, from_email_address=before, to_email_address=None
    )
    assert lately(alice) == (["address_changed"], ["alice-before@example.test"])


def test_a_change_of_long_ago_is_none(alice: User):
    email_changed.send(sender=User, request=None, user=alice, from_email_address=None)
    SecurityEvent.objects.update(happened_at=timezone.now() - timedelta(days=31))
    assert lately(alice) == ([], [])
