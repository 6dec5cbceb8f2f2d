"""The desk: requests of Alice and Bob, and staff of every role at the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from dsar.cases.models import Request
from dsar.cases.states import State
from tests import faces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()


@pytest.fixture
def at_desk(cast: Cast) -> Callable[..., Client]:
    """Log a member of staff in: of a role, or `carol` without any, or `root` with all."""

    def client(role: str, name: str = "") -> Client:
        user: Any = cast.carol.user if role == "carol" else faces.member_of_staff(role, name)
        found = Client()
        found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return found

    return client


@pytest.fixture
def dora(at_desk: Callable[..., Client]) -> Client:
    """A data protection officer, who decides."""
    return at_desk("officer", "dora")


@pytest.fixture
def otto(at_desk: Callable[..., Client]) -> Client:
    """A second one, who signs."""
    return at_desk("officer", "otto")


@pytest.fixture
def ask() -> Callable[..., Case]:
    """File rights for a person who has just logged in."""
    return faces.file


@pytest.fixture
def crowd(ask: Callable[..., Case], cast: Cast) -> Callable[[int], None]:
    """Let so many requests be open: further rounds of one that was filed, due a day apart."""

    def fill(number: int) -> None:
        first = (
            Request.objects.order_by("round").first() or ask(cast.bob, "deletion").requests.get()
        )
        there = Request.objects.count()
        Request.objects.bulk_create(
            Request(
                case_id=first.case_id,
                right=first.right,
                state=State.IN_REVIEW,
                round=there + place + 1,
                statutory_due_at=first.due_at,
                due_at=first.due_at + timedelta(days=place + 1),
            )
            for place in range(number - there)
        )

    return fill


@pytest.fixture
def worked() -> Callable[[], None]:
    """Carry out all that waits, as a worker would."""
    return faces.work
