"""What every test of the engine starts from: the cast with rows in every table, and short ways to file and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.intake import Asked
from dsar.cases.states import Right
from dsar.engine import execution, reception
from tests.testapp.factories import make_cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast, Person



@pytest.fixture(autouse=True)
def _own_folders(settings: SettingsWrapper, tmp_path: Path) -> None:
    """Files and the journal of a test live and die with it; nothing waits."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        name: where | {"OPTIONS": {"location": str(tmp_path / name)}}
        for name in ("default", "packages", "uploads")
    }
    settings.DSAR = settings.DSAR | {
        "ERASURE_JOURNAL": str(tmp_path / "journal"),
        "WAITING_PERIOD_SECONDS": 0,
        "SWEEP_HOUR": None,
    }
    storages._storages.clear()


@pytest.fixture
def cast(transactional_db: None) -> Cast:  # noqa: ARG001 - needed first.
    """Alice, Bob and Carol."""
    return make_cast()


@pytest.fixture
def ask() -> Callable[..., Case]:
    """File rights for a person who has just logged in."""

    def filed(person: Person, *rights: str | Asked, **submission: Any) -> Case:
        asked = [one if isinstance(one, Asked) else Asked(right=Right(one)) for one in rights]
        return reception.file(
            subject=person.user,
            asked=asked,
            actor=Actor(kind=ActorKind.REQUESTER, user=person.user),
            channel="api",
            language="en",
            contact=person.email,
            authenticated_at=timezone.now(),
            **submission,
        )

    return filed


@pytest.fixture
def answered() -> Callable[[Case], Request]:
    """Carry out a case's only request and return it as it stands then."""

    def run(case: Case) -> Request:
        request = case.requests.get()
        execution.run(request.pk)
        request.refresh_from_db()
        return request

    return run
