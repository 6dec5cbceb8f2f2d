"""What these tests pack: a small archive with a name to look for."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dsar.packages import archive, vault
from dsar.packages.archive import Member

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.packages.models import Package

AT = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
CANARY = "Zebedee Quillfeather"


def members(*, rows: int = 20_000) -> list[Member]:
    """Rows of JSON that deflate well, bytes that do not, and a page."""
    return [
        Member(name="data.json", chunks=rows_of_json(rows)),
        Member(name="files/photo.bin", chunks=[noise(300_000)]),
        Member(name="index.html", chunks=[b"<!doctype html>"]),
    ]


def rows_of_json(count: int) -> Iterable[bytes]:
    """One chunk a row, as COPY gives them."""
    for number in range(count):
        yield b'{"id": %d, "name": "%s"}\n' % (number, CANARY.encode())


def noise(size: int) -> bytes:
    """Bytes without a pattern, the same every time."""
    state, found = 1, bytearray()
    while len(found) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        found += state.to_bytes(8, "big")
    return bytes(found[:size])


def pack(content: Iterable[Member] | None = None) -> Package:
    """Make a package that is ready."""
    package = vault.begin(uuid4(), filename="your-data.zip")
    with vault.writing(package) as file:
        written = write(package, file, content)
    vault.ready(package, written)
    return package


def write(package: Package, file: Any, content: Iterable[Member] | None = None) -> archive.Written:
    """Write an archive into a package's open file."""
    return archive.write(
        members() if content is None else content,
        to=file,
        recipient=vault.recipient(package),
        at=AT,
    )


def unzip(data: bytes) -> dict[str, bytes]:
    """The members of an archive by their path, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def manifest(data: bytes) -> dict[str, Any]:
    """What the archive says of itself."""
    said: dict[str, Any] = json.loads(unzip(data)["manifest.json"])
    return said
