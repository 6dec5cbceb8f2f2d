"""The cast at the API: Alice and Bob with data and tokens, Carol staff without rights, Dora and Otto who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.engine import execution
from tests import entering, faces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings
    from rest_framework.test import APIClient

    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def _settled(settings: Settings, tmp_path: Path) -> None:
    faces.settle(settings, tmp_path)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()


@pytest.fixture
def calling() -> Callable[..., APIClient]:
    """Make a client that calls with a fresh token of this user; without one, nobody's."""
    return entering.calling


@pytest.fixture
def alice(cast: Cast, calling: Callable[..., APIClient]) -> APIClient:
    """Alice's client."""
    return calling(cast.alice.user)


@pytest.fixture
def bob(cast: Cast, calling: Callable[..., APIClient]) -> APIClient:
    """Bob's client."""
    return calling(cast.bob.user)


@pytest.fixture
def staff(cast: Cast, calling: Callable[..., APIClient]) -> Callable[..., APIClient]:
    """Make the client of a member of staff: of a role, or `carol` without any, or `root` with all."""

    def client(role: str, name: str = "") -> APIClient:
        user = cast.carol.user if role == "carol" else faces.member_of_staff(role, name)
        return calling(user)

    return client


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
        found: dict[str, Any] = response.json()
        return found

    return filed


@pytest.fixture
def worked() -> Callable[[], None]:
    """Carry out all that waits, as a worker would."""

    def run() -> None:
        while execution.run() is not None:
            pass

    return run
