"""An empty registry for each test of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.test.utils import isolate_apps

from dsar.registry import replaced
from tests.contract.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An empty registry and an empty app registry; both are gone afterwards."""
    with isolate_apps("tests.testapp"), replaced() as registry:
        yield Desk(registry=registry)


@pytest.fixture
def user_model() -> type[models.Model]:
    """Whatever model people log in by."""
    return get_user_model()
