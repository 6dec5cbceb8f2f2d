"""The cast: Alice and Bob are subjects, Carol is staff without rights, Dora decides, Olga signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import cast
from tests.cases.hours import ARRIVED

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


@pytest.fixture
def alice(db: None) -> Any:
    return cast.person("alice")


@pytest.fixture
def bob(db: None) -> Any:
    return cast.person("bob")


@pytest.fixture
def carol(db: None) -> Actor:
    return cast.staff("carol")


@pytest.fixture
def dora(db: None) -> Actor:
    return cast.staff("dora", "Privacy reviewers")


@pytest.fixture
def olga(db: None) -> Actor:
    return cast.staff("olga", "Data protection officers")


@pytest.fixture
def no_waiting(settings) -> None:
    settings.DSAR = {**settings.DSAR, "WAITING_PERIOD_SECONDS": 0}


@pytest.fixture
def today(time_machine):
    """A day on which the clock of the tests stands, that moves on when told to."""
    time_machine.move_to(ARRIVED, tick=False)
    return time_machine
