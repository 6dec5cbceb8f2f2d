"""The portal with Alice and Bob before it: each in a browser of their own, logged in just now or long ago."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from tests import faces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from tests.testapp.factories import Cast, Person

LONG_AGO = 24 * 3600


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()


@pytest.fixture
def browsing() -> Callable[..., Client]:
    """Log somebody in, who gave the password `ago` seconds ago."""

    def client(person: Person, *, ago: float = 0) -> Client:
        found = Client()
        user: Any = person.user
        found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = found.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "password", "at": time.time() - ago, "email": person.email}
        ]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        return found

    return client


@pytest.fixture
def alice(cast: Cast, browsing: Callable[..., Client]) -> Client:
    """Alice, who has just logged in."""
    return browsing(cast.alice)


@pytest.fixture
def bob(cast: Cast, browsing: Callable[..., Client]) -> Client:
    """Bob, who has just logged in."""
    return browsing(cast.bob)
