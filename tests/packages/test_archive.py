"""The archive: a ZIP any reader opens, the same bytes for the same members, constant memory, safe names."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from dataclasses import asdict
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from dsar.packages import archive, names
from dsar.packages.archive import Member
from tests.packages import parcels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Opened:
    """An archive that was sealed and opened again."""

    def __init__(self, members: Iterable[Member], at: Any = parcels.AT) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.sealed = io.BytesIO()
        self.written = archive.write(
            members, to=self.sealed, recipient=str(identity.to_public()), at=at
        )
        self.archive = pyrage.decrypt(self.sealed.getvalue(), [identity])


def test_every_member_comes_back_whole_and_in_order() -> None:
    opened = Opened(parcels.members())
    found = parcels.unzip(opened.archive)
    assert list(found) == ["data.json", "files/photo.bin", "index.html", "manifest.json"]
    assert found["data.json"] == b"".join(parcels.rows_of_json(20_000))
    assert found["files/photo.bin"] == parcels.noise(300_000)


def test_the_manifest_names_size_and_digest_of_every_other_member() -> None:
    opened = Opened(parcels.members())
    found = parcels.unzip(opened.archive)
    said = parcels.manifest(opened.archive)
    assert said["at"] == "2026-03-04T05:06:08+00:00"
    assert said["format"] == archive.FORMAT
    assert said["members"] == [asdict(digest) for digest in opened.written.members]
    assert said["members"] == [
        {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in found.items()
        if path != "manifest.json"
    ]


def test_what_is_reported_is_what_was_written() -> None:
    opened = Opened(parcels.members())
    manifest = parcels.unzip(opened.archive)["manifest.json"]
    assert opened.written.archive_bytes == len(opened.archive)
    assert opened.written.sealed_bytes == len(opened.sealed.getvalue())
    assert opened.written.sha256 == hashlib.sha256(opened.archive).hexdigest()
    assert opened.written.manifest_sha256 == hashlib.sha256(manifest).hexdigest()


def test_the_same_members_give_the_same_archive_however_they_are_cut() -> None:
    data = b"".join(parcels.rows_of_json(30_000)) + parcels.noise(70_000)
    cuts: list[list[archive.Chunk]] = [
        [data],
        [data[start : start + 97] for start in range(0, len(data), 97)],
        [memoryview(data)[start : start + 131_073] for start in range(0, len(data), 131_073)],
    ]
    archives = {Opened([Member(name="data.json", chunks=cut)]).archive for cut in cuts}
    assert len(archives) == 1


def test_the_same_members_are_never_sealed_to_the_same_bytes() -> None:
    first, second = Opened(parcels.members()), Opened(parcels.members())
    assert first.archive == second.archive
    assert first.sealed.getvalue() != second.sealed.getvalue()


def test_the_moment_counts_not_the_zone_it_is_told_in() -> None:
    singapore = parcels.AT.astimezone(timezone(timedelta(hours=8)))
    assert Opened(parcels.members(), singapore).archive == Opened(parcels.members()).archive


@pytest.mark.parametrize(
    "size", [0, 1, 65_535, 65_536, 65_537, 16 * 65_536 - 1, 16 * 65_536, 2_000_000]
)
def test_members_of_any_size_come_back(size: int) -> None:
    data = parcels.noise(1_000) * (size // 1_000 + 1)
    opened = Opened([Member(name="a", chunks=[data[:size]]), Member(name="b", chunks=[])])
    assert parcels.unzip(opened.archive)["a"] == data[:size]
    assert parcels.unzip(opened.archive)["b"] == b""


def test_what_a_member_raises_is_raised_and_the_rest_does_not_open() -> None:
    def chunks() -> Iterator[bytes]:
        yield parcels.noise(3_000_000)
        message = "the server went away"
        raise LookupError(message)

    identity = pyrage.x25519.Identity.generate()
    sealed = io.BytesIO()
    with pytest.raises(LookupError, match="the server went away"):
        archive.write(
            [Member(name="a", chunks=chunks())],
            to=sealed,
            recipient=str(identity.to_public()),
            at=parcels.AT,
        )
    assert len(sealed.getvalue()) > 1_000_000
    with pytest.raises((pyrage.DecryptError, OSError)):
        pyrage.decrypt(sealed.getvalue(), [identity])


def test_a_failing_disk_is_not_a_finished_archive() -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        archive.write(
            parcels.members(),
            to=Full(),
            recipient=str(pyrage.x25519.Identity.generate().to_public()),
            at=parcels.AT,
        )


def test_memory_does_not_grow_with_the_archive() -> None:
    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    block = b"".join(parcels.rows_of_json(1_500))
    size = 200_000_000
    chunks = (block for _ in range(size // len(block) + 1))
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    tracemalloc.start()
    try:
        written = archive.write(
            [Member(name="data.json", chunks=chunks)],
            to=Nowhere(),
            recipient=recipient,
            at=parcels.AT,
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert written.members[0].bytes >= size
    assert peak <= 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("a\\..\\b", "a/b"),
        ("C:\\x.txt", "C_/x.txt"),
        ("files/CON.txt", "files/_CON.txt"),
        ("files/ lpt1 ", "files/_lpt1"),
        ("notes. .", "notes"),
        ("a\x00b\nc", "a_b_c"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("e\u0301", "\u00e9"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("\U0001f600" * 100, "\U0001f600" * 30),
    ],
)
def test_a_name_cannot_leave_its_folder_or_break_an_unpacker(name: str, expected: str) -> None:
    assert names.safe(name) == expected


def test_names_that_would_overwrite_one_another_are_numbered() -> None:
    opened = Opened(
        [
            Member(name=name, chunks=[name.encode()])
            for name in ("A.txt", "a.TXT", "../a.txt", "manifest.json")
        ]
    )
    found = parcels.unzip(opened.archive)
    assert list(found) == ["A.txt", "a (2).TXT", "a (3).txt", "manifest (2).json", "manifest.json"]
