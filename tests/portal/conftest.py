"""The portal with Alice and Bob before it: each in a browser of their own, logged in just now or long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import entering, faces

if TYPE_CHECKING:
    from collections.abc import Callable
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
