"""Downloads: verified before the first byte, resumable, counted only when the person has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from dsar.ledger import log
from dsar.packages import fetched, serving, vault
from dsar.packages.archive import Member
from dsar.packages.models import Download, Package
from tests.packages import parcels

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


@pytest.fixture
def package() -> Package:
    """A package that takes several chunks."""
    return parcels.pack([Member(name="big.bin", chunks=[parcels.noise(1_000_000)])])


@pytest.fixture
def archive(package: Package) -> bytes:
    """What is in the package."""
    return b"".join(vault.open_(package))


def fetch(package: Package, *, by: Any = None, method: str = "get", **headers: str) -> Any:
    asked = getattr(RequestFactory(), method)("/package", headers=headers)
    return serving.response(asked, package, by=by)


def take(response: Any, *, chunks: int | None = None) -> bytes:
    """Read a response as a server does, to the end or until the line drops after some chunks."""
    source = iter(response.streaming_content)
    taken = b""
    while chunks is None or chunks > 0:
        chunk = next(source, None)
        if chunk is None:
            break
        taken += chunk
        chunks = None if chunks is None else chunks - 1
    response.close()
    return taken


def tags(package: Package) -> list[str]:
    return [entry.tag for entry in log.entries(package.request_reference)]


def test_a_whole_download_counts(package: Package, archive: bytes) -> None:
    response = fetch(package)
    assert response.status_code == 200
    assert tags(package)[-1] == "package.download_started"
    assert take(response) == archive
    assert tags(package)[-2:] == ["package.download_started", "package.downloaded"]
    assert Download.objects.get().completed_at is not None


def test_the_headers_keep_it_private_and_resumable(package: Package, archive: bytes) -> None:
    response = fetch(package)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Length"] == str(len(archive))
    assert response["Content-Disposition"] == 'attachment; filename="your-data.zip"'
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{package.archive_sha256}"'
    response.close()


def test_a_dropped_line_does_not_count(package: Package, archive: bytes) -> None:
    taken = take(fetch(package), chunks=2)
    assert 0 < len(taken) < len(archive)
    assert Download.objects.get().completed_at is None
    assert "package.downloaded" not in tags(package)


def test_a_line_that_drops_at_the_last_chunk_does_not_count(
    package: Package, archive: bytes
) -> None:
    assert take(fetch(package), chunks=4) == archive
    download = Download.objects.get()
    assert (download.completed_at, download.next_byte) == (None, len(archive) - 1)


def test_a_resumed_download_counts_once_the_rest_came(package: Package, archive: bytes) -> None:
    taken = take(fetch(package), chunks=2)
    # What was in flight when the line dropped did not all arrive.
    arrived = taken[:-1_000]
    response = fetch(
        package, range=f"bytes={len(arrived)}-", if_range=f'"{package.archive_sha256}"'
    )
    assert response.status_code == 206
    total = len(archive)
    assert response["Content-Range"] == f"bytes {len(arrived)}-{total - 1}/{total}"
    assert response["Content-Length"] == str(total - len(arrived))
    assert arrived + take(response) == archive
    first, second = Download.objects.order_by("started_at")
    assert first.completed_at is None
    assert second.completed_at is not None
    assert tags(package).count("package.downloaded") == 1


def test_parts_in_any_order_count_when_the_last_gap_closes(
    package: Package, archive: bytes
) -> None:
    half = len(archive) // 2
    late = take(fetch(package, range=f"bytes={half}-"))
    assert not Download.objects.filter(completed_at__isnull=False).exists()
    early = take(fetch(package, range=f"bytes=0-{half - 1}"))
    assert early + late == archive
    assert Download.objects.filter(completed_at__isnull=False).count() == 1


def test_the_last_byte_alone_is_no_download(package: Package, archive: bytes) -> None:
    assert take(fetch(package, range="bytes=-1")) == archive[-1:]
    assert not Download.objects.filter(completed_at__isnull=False).exists()


def test_parts_of_two_people_do_not_add_up(package: Package, archive: bytes) -> None:
    alice, bob = get_user_model()(pk=1), get_user_model()(pk=2)
    take(fetch(package, by=alice, range=f"bytes=0-{len(archive) // 2}"))
    take(fetch(package, by=bob, range=f"bytes={len(archive) // 2}-"))
    assert not Download.objects.filter(completed_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=262143-262144", 262_143, 262_145),
        ("bytes=500-99999999999", 500, None),
        ("bytes=-500", -500, None),
        ("bytes=-99999999999", 0, None),
    ],
)
def test_one_range_is_answered_with_it(
    package: Package, archive: bytes, asked: str, first: int, end: int | None
) -> None:
    response = fetch(package, range=asked)
    assert response.status_code == 206
    assert take(response) == archive[first:end]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-2",
        "bytes=0-1,5-9",
        "items=0-5",
        "bytes=-",
        "bytes=x-y",
        "bytes=" + "9" * 5_000 + "-",
    ],
)
def test_a_range_that_is_none_is_ignored(package: Package, archive: bytes, asked: str) -> None:
    response = fetch(package, range=asked)
    assert response.status_code == 200
    assert take(response) == archive


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(package: Package, archive: bytes, asked: str) -> None:
    response = fetch(package, range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(archive)}"
    assert not Download.objects.exists()


def test_a_resume_of_another_file_gets_the_whole(package: Package, archive: bytes) -> None:
    response = fetch(package, range="bytes=500-", if_range='"another"')
    assert response.status_code == 200
    assert take(response) == archive


def test_asking_for_the_headers_is_no_download(package: Package, archive: bytes) -> None:
    response = fetch(package, method="head")
    assert response["Content-Length"] == str(len(archive))
    assert response.content == b""
    assert not Download.objects.exists()


def test_a_damaged_package_sends_no_byte(package: Package, folder: Path) -> None:
    path = folder / package.name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(vault.PackageDamagedError):
        fetch(package)
    assert not Download.objects.exists()


def test_a_revoked_package_is_refused(package: Package) -> None:
    vault.revoke(package, by="staff")
    with pytest.raises(vault.PackageUnavailableError):
        fetch(package)
    with pytest.raises(vault.PackageUnavailableError):
        fetch(package, method="head")


def test_revoking_during_a_download_stops_it(package: Package) -> None:
    response = fetch(package)
    source = iter(response.streaming_content)
    next(source)
    vault.revoke(package, by="staff")
    with pytest.raises(vault.PackageUnavailableError):
        next(source)
    response.close()
    download = Download.objects.get()
    assert (download.completed_at, download.next_byte) == (None, vault.CHUNK)
    assert "package.downloaded" not in tags(package)


def test_a_package_is_fetched_only_so_often_and_a_broken_line_costs_its_part_alone(
    package: Package, archive: bytes, settings: Any
) -> None:
    settings.DSAR = settings.DSAR | {"PACKAGE_FETCHES": 2}
    half = len(archive) // 2
    take(fetch(package))
    take(fetch(package, range=f"bytes=0-{half - 1}"))
    assert fetched.is_there(fetched.latest_of([package.request_reference]).get())
    take(fetch(package, range=f"bytes={half}-"))
    for range_ in ("bytes=0-", "bytes=5-9"):
        with pytest.raises(fetched.FetchedOutError):
            fetch(package, range=range_)
    assert not fetched.is_there(fetched.latest_of([package.request_reference]).get())
    assert Download.objects.count() == 3
