"""An archive written on a thread of its own is the same archive, and fails as loudly."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pyrage
import pytest

from dsar.packages import archive, behind
from dsar.packages.archive import Member
from tests.packages import parcels

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = pyrage.x25519.Identity.generate()
TO = str(IDENTITY.to_public())


class BrokenError(Exception):
    """What a test breaks by."""


class Broken(io.BytesIO):
    """A disk that is full."""

    def write(self, _data: object) -> int:
        """Refuse."""
        raise BrokenError


def failing() -> Iterator[bytes]:
    """Rows that stop in the middle."""
    yield b"x" * 1_000_000
    raise BrokenError


def writers() -> list[str]:
    """The threads that still write."""
    return [one.name for one in threading.enumerate() if one.name.startswith("archive")]


def test_archive_is_the_same_to_the_byte() -> None:
    apart, together = io.BytesIO(), io.BytesIO()
    one = behind.write(parcels.members(), to=apart, recipient=TO, at=parcels.AT)
    two = archive.write(parcels.members(), to=together, recipient=TO, at=parcels.AT)
    # The header of the age format holds a random stanza.
    assert one == replace(two, sealed_bytes=one.sealed_bytes)
    assert pyrage.decrypt(apart.getvalue(), [IDENTITY]) == pyrage.decrypt(
        together.getvalue(), [IDENTITY]
    )
    assert writers() == []


@pytest.mark.parametrize("blocks", [1, 2, 64])
def test_reader_that_fails_ends_the_writer(blocks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "BLOCKS", blocks)
    with pytest.raises(BrokenError):
        behind.write(
            [Member(name="data.json", chunks=failing())],
            to=io.BytesIO(),
            recipient=TO,
            at=parcels.AT,
        )
    assert writers() == []


def test_writer_that_fails_ends_the_reader() -> None:
    endless = Member(name="data.json", chunks=iter(lambda: b"x" * 65_536, b""))
    with pytest.raises(BrokenError):
        behind.write([endless], to=Broken(), recipient=TO, at=parcels.AT)
    assert writers() == []
