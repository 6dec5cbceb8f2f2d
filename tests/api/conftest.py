"""The cast at the API: Alice and Bob with data and tokens, Carol staff without rights, Dora and Otto who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.storage import storages
from knox.models import AuthToken
from rest_framework.test import APIClient

from dsar.engine import execution
from tests.testapp.factories import make_cast, make_person
from tests.testapp.models import Assessment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.testapp.factories import Cast, Person

GROUPS = {
    "handler": "Privacy handlers",
    "reviewer": "Privacy reviewers",
    "officer": "Data protection officers",
    "auditor": "Auditors",
}


@pytest.fixture(autouse=True)
def _own_folders(settings: SettingsWrapper, tmp_path: Path) -> None:
    """Files, counters and the journal of a test live and die with it; nothing waits."""
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        name: where | {"OPTIONS": {"location": str(tmp_path / name)}}
        for name in ("default", "packages", "uploads")
    }
    settings.DSAR = settings.DSAR | {
        "ERASURE_JOURNAL": str(tmp_path / "journal"),
        "WAITING_PERIOD_SECONDS": 0,
        "SWEEP_HOUR": None,
        "STAFF_NEEDS_MFA": False,
    }
    storages._storages.clear()
    cache.clear()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol, without the opinions that staff look at before they are released."""
    found = make_cast()
    Assessment.objects.all().delete()
    return found


@pytest.fixture
def calling() -> Callable[[Any], APIClient]:
    """Make a client that calls with a fresh token of this user; without one, nobody's."""

    def client(user: Any = None) -> APIClient:
        found = APIClient()
        if user is not None:
            _, token = AuthToken.objects.create(user)
            found.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return found

    return client


@pytest.fixture
def alice(cast: Cast, calling: Callable[[Any], APIClient]) -> APIClient:
    """Alice's client."""
    return calling(cast.alice.user)


@pytest.fixture
def bob(cast: Cast, calling: Callable[[Any], APIClient]) -> APIClient:
    """Bob's client."""
    return calling(cast.bob.user)


@pytest.fixture
def staff(cast: Cast, calling: Callable[[Any], APIClient]) -> Callable[[str], APIClient]:
    """Make the client of a member of staff: of a role, or `carol` without any, or `root` with all."""

    def client(role: str, name: str = "") -> APIClient:
        if role == "carol":
            return calling(cast.carol.user)
        user: Any = _made(name or role, is_superuser=role == "root").user
        if role in GROUPS:
            user.groups.add(Group.objects.get(name=GROUPS[role]))
        return calling(user)

    return client


def _made(name: str, *, is_superuser: bool) -> Person:
    return make_person(name, is_staff=True, is_superuser=is_superuser)


@pytest.fixture
def dora(staff: Callable[..., APIClient]) -> APIClient:
    """A data protection officer, who decides."""
    return staff("officer", "dora")


@pytest.fixture
def otto(staff: Callable[..., APIClient]) -> APIClient:
    """A second one, who signs."""
    return staff("officer", "otto")


@pytest.fixture
def file() -> Callable[..., dict[str, Any]]:
    """File rights over the API and return what it says."""

    def filed(client: APIClient, *rights: str | dict[str, Any]) -> dict[str, Any]:
        asked = [{"right": one} if isinstance(one, str) else one for one in rights]
        response = client.post("/api/v1/cases", {"rights": asked}, format="json")
        assert response.status_code == 201, response.data
        return response.json()

    return filed


@pytest.fixture
def worked() -> Callable[[], None]:
    """Carry out all that waits, as a worker would."""

    def run() -> None:
        while execution.run() is not None:
            pass

    return run
