"""A house with a ledger of its own, people who ask, and an auditor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.cases.actors import Actor, ActorKind
from dsar.ledger import signing
from dsar.packages import vault
from tests import faces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from dsar.ledger.notes import Signer
    from tests.testapp.factories import Cast


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path) -> None:
    """Folders of the test's own, and a key that signs."""
    faces.settle(settings, tmp_path)
    faces.sign(settings, tmp_path)


@pytest.fixture
def signer() -> Signer:
    """The key that signs."""
    return signing.signers()[0]


@pytest.fixture
def keys(signer: Signer) -> list[str]:
    """What an auditor has of it."""
    return [str(signer.verifier)]


@pytest.fixture
def auditor() -> Actor:
    """A member of staff who may export."""
    return Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("auditor"))


@pytest.fixture
def cast() -> Cast:
    """Alice, Bob and Carol."""
    return faces.plain_cast()


@pytest.fixture
def taken(auditor: Actor, tmp_path: Path) -> Callable[..., Path]:
    """Ask for an export, have it written, and fetch it."""

    def take(**asked: Any) -> Path:
        export = exporting.ask(actor=auditor, **asked)
        assert exporting.run(export.pk)
        assert Export.objects.get(pk=export.pk).state == Export.State.READY
        package = exporting.package(export)
        assert package is not None
        path = tmp_path / f"{export.pk}.zip"
        path.write_bytes(b"".join(vault.open_(package)))
        return path

    return take
