"""The vault: nothing opens but what was written, to nobody once it ended, and no plaintext touches the disk."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from dsar import tasks
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.packages import vault
from dsar.packages.archive import Member
from dsar.packages.models import Package
from tests.packages import parcels

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

State = Package.State


def stored(folder: Path, package: Package) -> Path:
    return folder / package.name


def tags(package: Package) -> list[str]:
    return [entry.tag for entry in log.entries(package.request_reference)]


def test_a_package_opens_as_it_was_written() -> None:
    package = parcels.pack()
    vault.verify(package)
    opened = b"".join(vault.open_(package))
    assert parcels.unzip(opened)["data.json"] == b"".join(parcels.rows_of_json(20_000))
    assert tags(package) == ["package.begun", "package.sealed"]


def test_opening_from_an_offset_gives_the_rest() -> None:
    package = parcels.pack()
    whole = b"".join(vault.open_(package))
    for first in (0, 1, 65_536, 262_144, 262_145, len(whole) - 1, len(whole)):
        assert b"".join(vault.open_(package, first_byte=first)) == whole[first:]


def test_every_kind_of_damage_is_refused(folder: Path) -> None:
    package = parcels.pack()
    path = stored(folder, package)
    sound = path.read_bytes()
    step = len(sound) // 40
    for offset in [*range(200), *range(200, len(sound), step), *range(len(sound) - 40, len(sound))]:
        path.write_bytes(sound[:offset] + bytes([sound[offset] ^ 1]) + sound[offset + 1 :])
        with pytest.raises(vault.PackageDamagedError):
            vault.verify(package)
    path.write_bytes(sound)
    vault.verify(package)


def test_a_cut_end_is_refused_wherever_the_cut_is(folder: Path) -> None:
    package = parcels.pack()
    path = stored(folder, package)
    sound = path.read_bytes()
    header = sound.index(b"\n--- ") + 49
    chunk_ends = [header + 16 + number * 65_552 for number in range(5)]
    for length in [0, 1, 21, 100, header, *chunk_ends, len(sound) - 17, len(sound) - 1]:
        path.write_bytes(sound[:length])
        with pytest.raises(vault.PackageDamagedError):
            vault.verify(package)
        with pytest.raises(vault.PackageDamagedError):
            b"".join(vault.open_(package))


def test_appended_bytes_are_refused(folder: Path) -> None:
    package = parcels.pack()
    with stored(folder, package).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(vault.PackageDamagedError):
        vault.verify(package)


def test_the_wrong_key_is_refused(folder: Path) -> None:
    package, other = parcels.pack(), parcels.pack()
    stored(folder, other).replace(stored(folder, package))
    with pytest.raises(vault.PackageDamagedError):
        vault.verify(package)


def test_another_archive_under_the_right_key_is_refused(folder: Path) -> None:
    package = parcels.pack()
    forged = io.BytesIO()
    parcels.write(package, forged, [Member(name="data.json", chunks=[b"forged"])])
    stored(folder, package).write_bytes(forged.getvalue())
    with pytest.raises(vault.PackageDamagedError):
        vault.verify(package)


def test_a_lost_file_is_damage(folder: Path) -> None:
    package = parcels.pack()
    stored(folder, package).unlink()
    with pytest.raises(vault.PackageDamagedError):
        vault.verify(package)


def test_no_plaintext_and_no_key_lies_in_the_storage(folder: Path) -> None:
    plain = [Member(name="note.txt", chunks=[parcels.CANARY.encode() * 10_000])]
    package = parcels.pack(plain)
    opened = b"".join(vault.open_(package))
    assert parcels.CANARY.encode() in parcels.unzip(opened)["note.txt"]
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        for secret in (parcels.CANARY.encode(), b"note.txt", b"PK\x03\x04", b"AGE-SECRET-KEY"):
            assert secret not in content
    assert b"AGE-SECRET-KEY" not in bytes(package.key.wrapped or b"AGE-SECRET-KEY")


def test_the_file_is_for_its_owner_alone_and_its_name_says_nothing(folder: Path) -> None:
    package = parcels.pack()
    assert stored(folder, package).stat().st_mode & 0o777 == 0o600
    assert stored(folder, package).parent.stat().st_mode & 0o777 == 0o700
    assert str(package.request_reference) not in package.name


def test_an_unfinished_package_does_not_open() -> None:
    package = vault.begin(uuid4(), filename="x.zip")
    with pytest.raises(vault.PackageUnavailableError):
        vault.open_(package)


def test_an_expired_package_does_not_open_before_it_is_shredded_either() -> None:
    package = parcels.pack()
    with (
        time_machine.travel(timezone.now() + timedelta(days=15)),
        pytest.raises(vault.PackageUnavailableError),
    ):
        vault.open_(package)


def test_beginning_again_shreds_what_was_interrupted(folder: Path) -> None:
    reference = uuid4()
    first = vault.begin(reference, filename="x.zip")
    with pytest.raises(LookupError), vault.writing(first) as file:
        parcels.write(first, file)
        raise LookupError
    second = vault.begin(reference, filename="x.zip")
    first.refresh_from_db()
    assert first.state == State.SHREDDED
    assert first.key.wrapped is None
    assert first.removed_at is not None
    assert not stored(folder, first).exists()
    with vault.writing(second) as file:
        written = parcels.write(second, file)
    vault.ready(second, written)
    vault.verify(second)


def test_a_writer_thought_dead_cannot_make_its_package_ready() -> None:
    reference = uuid4()
    slow = vault.begin(reference, filename="x.zip")
    with vault.writing(slow) as file:
        written = parcels.write(slow, file)
        vault.begin(reference, filename="x.zip")
    with pytest.raises(vault.PackageUnavailableError):
        vault.ready(slow, written)
    slow.refresh_from_db()
    assert slow.state == State.SHREDDED


def test_writing_twice_starts_a_new_file() -> None:
    package = vault.begin(uuid4(), filename="x.zip")
    with vault.writing(package) as slow:
        slow.write(b"half")
        with vault.writing(package) as quick:
            written = parcels.write(package, quick)
        slow.write(b"and half")
    vault.ready(package, written)
    vault.verify(package)


def test_a_request_with_a_ready_package_begins_no_other() -> None:
    package = parcels.pack()
    with pytest.raises(vault.PackageExistsError):
        vault.begin(package.request_reference, filename="x.zip")
    vault.revoke(package, by="staff")
    assert vault.begin(package.request_reference, filename="x.zip").state == State.WRITING


def test_a_rolled_back_beginning_leaves_nothing() -> None:
    class InterruptedHereError(Exception):
        pass

    with pytest.raises(InterruptedHereError), transaction.atomic():
        vault.begin(uuid4(), filename="x.zip")
        raise InterruptedHereError
    assert not Package.objects.exists()
    assert not Key.objects.exists()


def test_a_revoked_package_is_gone_at_once(folder: Path) -> None:
    package, other = parcels.pack(), parcels.pack()
    assert vault.revoke(package, by="staff")
    package = Package.objects.get(pk=package.pk)
    assert (package.state, package.key.wrapped) == (State.REVOKED, None)
    assert not stored(folder, package).exists()
    with pytest.raises(vault.PackageUnavailableError):
        vault.open_(package)
    with pytest.raises(box.KeyDestroyedError):
        vault.verify(package)
    assert tags(package)[-2:] == ["key.destroyed", "package.revoked"]
    vault.verify(other)


def test_a_package_ends_once() -> None:
    package = parcels.pack()
    assert vault.revoke(package, by="staff")
    assert not vault.revoke(package, by="staff")
    assert not vault.shred(package)
    assert not vault.abandon(package)
    assert tags(package).count("package.revoked") == 1


def test_abandoning_touches_no_ready_package() -> None:
    package = parcels.pack()
    assert not vault.abandon(package)
    vault.verify(package)


def test_a_rolled_back_revocation_keeps_the_file() -> None:
    package = parcels.pack()
    with pytest.raises(LookupError), transaction.atomic():
        vault.revoke(package, by="staff")
        raise LookupError
    vault.verify(Package.objects.get(pk=package.pk))


def test_revoking_stops_a_stream_in_the_middle() -> None:
    package = parcels.pack([Member(name="big.bin", chunks=[parcels.noise(2_000_000)])])
    chunks = vault.open_(package)
    next(chunks)
    vault.revoke(package, by="staff")
    with pytest.raises(vault.PackageUnavailableError):
        next(chunks)


def test_leaving_a_stream_early_leaves_no_thread() -> None:
    package = parcels.pack([Member(name="big.bin", chunks=[parcels.noise(2_000_000)])])
    before = threading.active_count()
    chunks = vault.open_(package)
    next(chunks)
    assert threading.active_count() == before + 1
    chunks.close()
    assert threading.active_count() == before


def test_expiry_shreds_what_is_due_and_nothing_else(folder: Path) -> None:
    due = [parcels.pack() for _ in range(3)]
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        young = parcels.pack()
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert vault.expire_due() == 3
        assert vault.expire_due() == 0
        vault.verify(young)
    for package in due:
        package.refresh_from_db()
        assert package.state == State.SHREDDED
        assert package.key.wrapped is None
        assert not stored(folder, package).exists()


def test_a_file_that_outlived_its_key_is_removed_by_the_sweep(folder: Path) -> None:
    package = parcels.pack()
    content = stored(folder, package).read_bytes()
    vault.revoke(package, by="staff")
    Package.objects.filter(pk=package.pk).update(removed_at=None)
    stored(folder, package).write_bytes(content)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        tasks.sweep()
    assert not stored(folder, package).exists()
    assert Package.objects.get(pk=package.pk).removed_at is not None
