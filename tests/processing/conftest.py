"""Alice, Bob and the declared purposes, for the gate."""

from __future__ import annotations

import pytest

from tests import purposes
from tests.cast import person


@pytest.fixture
def alice(db):
    return person("alice")


@pytest.fixture
def bob(db):
    return person("bob")


@pytest.fixture(autouse=True)
def _declared(db):
    with purposes.declared(*purposes.ALL):
        yield
