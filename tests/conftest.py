"""What every test stands on; servers and databases come from the plugin config.testing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from config import rewinding, testing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker, Settings

# A browser is driven from a loop in the tests' own thread; they ask the database all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


class QuickPasswordHasher(PBKDF2PasswordHasher):
    """What the production's list of hashers reads as well, without the work that makes guessing dear."""

    iterations = 1


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Spare every test the half second a password that argon2 is meant to take."""
    from django.conf import settings  # noqa: PLC0415  They are read once the servers stand.

    quick = f"{__name__}.{QuickPasswordHasher.__name__}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PASSWORD_HASHERS", [quick, *settings.PASSWORD_HASHERS])
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_on_demand() -> Iterator[None]:
    """Spare every new test client the walk through all static files: each loads the middleware anew."""
    from django.conf import settings  # noqa: PLC0415  They are read once the servers stand.

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "WHITENOISE_AUTOREFRESH", True)
        yield


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page that was asked for in another language leaves it to the thread; the next test has its own again."""
    yield
    translation.deactivate()


@pytest.fixture
def real_passwords(settings: Settings) -> None:
    """The production's hashers alone, for tests that are about them."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[rewinding.Kept]:
    """Bring the tables back, after each test that commits, to how the migrations left them."""
    from tests import purposes  # noqa: PLC0415  It needs the settings.

    with django_db_blocker.unblock():
        purposes.in_use()
        kept = rewinding.keep()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _case: rewinding.rewind(kept)
        )
        # A browser keeps its connection to the live server, whose thread would keep its session of the database.
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
        yield kept


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's Chromium, which refuses its own sandbox to root."""
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": testing.chromium(),
        "args": [*browser_type_launch_args.get("args", []), *options],
    }
