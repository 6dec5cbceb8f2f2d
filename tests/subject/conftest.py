"""Alice and Bob, who meet the portal and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar import conf
from tests import faces

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    """Files of a test's own; whoever walks every address calls more often than a person may."""
    faces.settle(settings, tmp_path)
    rates = dict.fromkeys(conf.DEFAULTS["API_RATES"], "100000/min")
    settings.DSAR = settings.DSAR | {"API_RATES": rates}
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()
