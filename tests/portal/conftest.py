"""The portal with Alice and Bob before it: each in a browser of their own, logged in just now or long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress

from tests import entering, faces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from tests.testapp.factories import Cast

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
    return entering.browsing


@pytest.fixture
def alice(cast: Cast, browsing: Callable[..., Client]) -> Client:
    """Alice, who has just logged in."""
    return browsing(cast.alice)


@pytest.fixture
def bob(cast: Cast, browsing: Callable[..., Client]) -> Client:
    """Bob, who has just logged in."""
    return browsing(cast.bob)


@pytest.fixture
def site(live_server: Any, cast: Any) -> str:
    """The address of the running site, on which Alice can log in."""
    EmailAddress.objects.create(
        user=cast.alice.user, email=cast.alice.email, verified=True, primary=True
    )
    return str(live_server.url)


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Open a browser that looks a certain way."""
    contexts = []

    def new(**look: Any) -> Any:
        contexts.append(browser.new_context(**look))
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()
