"""A ledger of the test's own: keys, a second place, and the ways in which tests write to it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from dsar.ledger import log, notes, places, placing, sealing, verifying
from dsar.ledger.tags import Tag
from dsar.ledger.verifying import Asked
from tests.ledger import forging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from dsar.ledger.notes import Signer
    from dsar.ledger.verifying import Verified

REQUEST = uuid.UUID("00000000-0000-4000-8000-000000000007")


@pytest.fixture(autouse=True)
def second_place(settings: Settings, tmp_path: Path) -> Path:
    """The folder outside the database."""
    folder = tmp_path / "second place"
    settings.DSAR = settings.DSAR | {"LEDGER_SECOND_PLACE": folder.as_uri()}
    return folder


@pytest.fixture(autouse=True)
def signer(settings: Settings) -> Signer:
    """The key that signs."""
    made = notes.generate("test.example/ledger")
    settings.DSAR = settings.DSAR | {
        "LEDGER_SIGNING_KEYS": [made.unsafe_text()],
        "LEDGER_VERIFIER_KEYS": [],
    }
    return made


@pytest.fixture
def write() -> Callable[[int], None]:
    """Append so many entries, each different."""

    def append(count: int) -> None:
        for number in range(count):
            log.append(Tag.REQUEST_VIEWED, request=REQUEST, number=number)

    return append


@pytest.fixture
def sealed(write: Callable[[int], None]) -> Callable[..., None]:
    """Append, seal and carry to the second place, once for each number."""

    def go(*counts: int) -> None:
        for count in counts:
            write(count)
            sealing.seal()
            placing.place()

    return go


@pytest.fixture
def ledger(sealed: Callable[..., None]) -> list[int]:
    """Some sixty entries under four checkpoints, all in the second place; in the tree's order."""
    sealed(1, 12, 20, 10)
    entries = forging.order()
    assert len(entries) > 35
    return entries


@pytest.fixture
def verify(signer: Signer) -> Callable[..., Verified]:
    """Verify with the test's key and second place, unless told otherwise."""

    def go(**options: Any) -> Verified:
        asked: dict[str, Any] = {"known": [signer.verifier], "place": places.current()} | options
        return verifying.verify(Asked(**asked))

    return go
