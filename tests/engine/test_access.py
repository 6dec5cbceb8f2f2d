"""An access request is answered with everything that is held, exactly as it is held."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases.states import Outcome, State
from dsar.packages import vault
from dsar.packages.models import Package

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


def opened(request: Request) -> zipfile.ZipFile:
    """The archive of a request's package."""
    package = Package.objects.get(request_reference=request.pk)
    return zipfile.ZipFile(io.BytesIO(b"".join(vault.open_(package))))


def tables(archive: zipfile.ZipFile) -> dict[str, list[dict[str, Any]]]:
    """The rows of data.json by declaration."""
    data = json.loads(archive.read("data.json"))
    return {table["declaration"]: table["rows"] for table in data["tables"]}


@pytest.fixture
def access(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> zipfile.ZipFile:
    """Alice's copy."""
    request = answered(ask(cast.alice, "access"))
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    return opened(request)


def test_copy_holds_the_persons_rows_and_nobody_elses(
    cast: Cast, access: zipfile.ZipFile
) -> None:
    """Every canary of Alice that is released is there; none of Bob's is."""
    everything = b"".join(access.read(name) for name in access.namelist()).decode()
    assert cast.alice.canary("nickname") in everything
    assert "canary-bob" not in everything
