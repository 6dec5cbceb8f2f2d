"""Alice and Bob with rows in every table of the test application, some of them old."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from dsar.cases.actors import Actor, ActorKind
from dsar.duties.retention import due, runs
from tests import faces
from tests.testapp.factories import make_cast
from tests.testapp.models import Message, Visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from dsar.duties.retention.models import RetentionRun
    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Everybody, with everything."""
    return make_cast()


@pytest.fixture
def old_messages(cast: Cast) -> Callable[..., list[Any]]:
    """Messages of a person that were sent longer ago than they are kept."""

    def make(person: Any, other: Any, *, number: int = 3) -> list[Any]:
        return Message.objects.bulk_create(
            Message(
                sender=person.user,
                recipient=other.user,
                text=person.canary(f"old-{place}"),
                sent_at=timezone.now() - timedelta(days=500),
            )
            for place in range(number)
        )

    return make


@pytest.fixture
def old_visits(cast: Cast) -> Callable[..., list[Any]]:
    """Visits that are over, by the serial of a person's device."""

    def make(person: Any, *, number: int = 3) -> list[Any]:
        return Visit.objects.bulk_create(
            Visit(
                serial=person.canary("serial"),
                ip="192.0.2.9",
                user_agent="canary-old",
                visited_at=timezone.now() - timedelta(days=100),
            )
            for _ in range(number)
        )

    return make


@pytest.fixture
def officer(cast: Cast) -> Actor:
    """A data protection officer."""
    return Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "dora"))


@pytest.fixture
def night() -> Callable[[], RetentionRun]:
    """One whole run for today."""

    def run() -> RetentionRun:
        begun = runs.begin(on=due.today())
        runs.go_on(begun)
        begun.refresh_from_db()
        return begun

    return run
