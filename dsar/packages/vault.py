"""Where packages live: begun, written under a key of their own, verified, opened, revoked, shredded."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from pyrage import DecryptError, decrypt_io, x25519

from dsar import conf
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import names
from dsar.packages.models import Package, left_over

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from django.core.files.storage import Storage

    from dsar.packages.archive import Written

ALIAS = "packages"
"""The name of the storage in settings.STORAGES."""

CHUNK = 262_144
"""An opened package is handed out in chunks of this size, and looked at again before each."""

EXPIRY_BATCH = 1_000
_LIVING = (Package.State.WRITING, Package.State.READY)
_ENDING = (*_LIVING, Package.State.WITHHELD)


class PackageError(Exception):
    """Something is wrong with a package."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class PackageDamagedError(PackageError):
    """The stored package is not what was written: it was changed, cut, or sealed under another key."""


class PackageUnavailableError(PackageError):
    """The package is not ready, has expired or was withdrawn."""


class PackageExistsError(PackageError):
    """The request has a package that is ready; revoke it before another is written."""


def begin(request_reference: UUID, *, filename: str, aside: bool = False) -> Package:
    """Make the row and the key of a new package, in the caller's transaction; commit before writing the file.

    What an interrupted attempt left is shredded, so beginning again is always safe: every attempt has a
    file and a key of its own, and a writer that was thought dead cannot make its file ready any more.
    One that is to be put aside does not stand in the way of one for the person, nor that in its.
    Raises PackageExistsError where the request's package is ready.
    """
    with effect("package.begin"), transaction.atomic(savepoint=False):
        _clear_the_way(request_reference, aside=aside)
        identity = x25519.Identity.generate()
        name = uuid4().hex
        package = Package.objects.create(
            request_reference=request_reference,
            aside=aside,
            name=f"{name[:2]}/{name}.age",
            filename=names.safe(filename.replace("/", "_"))[:100],
            key=box.create(Key.Kind.PACKAGE, material=str(identity).encode()),
            expires_at=_expiry(timezone.now()),
        )
        _say(Tag.PACKAGE_BEGUN, package)
    return package


def recipient(package: Package) -> str:
    """The public half of the package's key, for `archive.write`."""
    return str(_identity(package).to_public())


@contextmanager
def writing(package: Package, *, flushed: bool = True) -> Iterator[IO[bytes]]:
    """The package's file, to be written once. On leaving it is flushed to the disk, directory entry included.

    In a local folder it is a new file that its owner alone may read, even where an earlier writer still holds
    one of the same name open. Who says that it is not to be flushed here calls `flushing` next.
    """
    with effect("package.write"), _opened_new(package, flushed=flushed) as to:
        yield to


def flushing(package: Package) -> Callable[[], None]:
    """Flush a written file to the disk beside whatever comes next.

    What is returned waits until it is there, and raises what went wrong.
    """
    aside = ThreadPoolExecutor(max_workers=1)
    done = aside.submit(_flush, package)
    aside.shutdown(wait=False)
    return done.result


@contextmanager
def _opened_new(package: Package, *, flushed: bool) -> Iterator[IO[bytes]]:
    storage = _storage()
    path = _local_path(storage, package.name)
    if path is None:
        with storage.open(package.name, "wb") as remote:
            yield remote
        return
    with _new_file(path) as local:
        yield local
        if flushed:
            local.flush()
            os.fsync(local.fileno())
            _sync(path.parent)


@effect("package.flush")
def _flush(package: Package) -> None:
    """The file's bytes and its name; a remote storage has them once it answered."""
    path = _local_path(_storage(), package.name)
    if path is not None:
        _sync(path)
        _sync(path.parent)


def ready(package: Package, written: Written) -> None:
    """Make a written package available, in the caller's transaction.

    Raises PackageUnavailableError if it was ended meanwhile.
    """
    now = timezone.now()
    measured: dict[str, str | int] = {
        "archive_bytes": written.archive_bytes,
        "sealed_bytes": written.sealed_bytes,
        "archive_sha256": written.sha256,
        "manifest_sha256": written.manifest_sha256,
    }
    reached = {
        "state": Package.State.READY,
        "ready_at": now,
        "expires_at": _expiry(now),
        **measured,
    }
    with effect("package.ready"), transaction.atomic(savepoint=False):
        living = Package.objects.filter(pk=package.pk, state=Package.State.WRITING)
        if not living.update(**reached):
            raise PackageUnavailableError
        _say(Tag.PACKAGE_SEALED, package, members=len(written.members), **measured)
    for name, value in reached.items():
        setattr(package, name, value)


def verify(package: Package) -> None:
    """Decrypt the whole package to nowhere and compare; raises PackageDamagedError, KeyDestroyedError."""
    measured = _Measured()
    sealed_bytes = _decrypt(package.name, _identity(package), measured)
    found = (measured.total, measured.digest.hexdigest(), sealed_bytes)
    if found != (package.archive_bytes, package.archive_sha256, package.sealed_bytes):
        raise PackageDamagedError


def open_(package: Package, *, first_byte: int = 0) -> Generator[bytes, None, None]:
    """The archive's bytes from `first_byte` on, decrypted on the way; nothing plain touches a disk.

    Raises PackageUnavailableError at once unless the package is ready and unexpired, and in the middle as soon as it is
    revoked. Raises PackageDamagedError in place of the first chunk that does not verify.
    """
    current = Package.objects.select_related("key").get(pk=package.pk)
    if current.state != Package.State.READY or current.expires_at <= timezone.now():
        raise PackageUnavailableError
    return _opened(current, _identity(current), first_byte)


def revoke(package: Package, *, by: str) -> bool:
    """Take a package back at once; `by` says in the ledger who did, as a code or digest. False if it had ended."""
    return _end(package, Package.State.REVOKED, Tag.PACKAGE_REVOKED, by=by)


def shred(package: Package, *, because: str = "expired") -> bool:
    """Destroy the key, then remove the file. False if the package had ended before."""
    return _end(package, Package.State.SHREDDED, Tag.PACKAGE_SHREDDED, because=because)


def abandon(package: Package) -> bool:
    """Give up a package that is still being written; does nothing to any other."""
    if not Package.objects.filter(pk=package.pk, state=Package.State.WRITING).exists():
        return False
    return shred(package, because="abandoned")


def expire_due() -> int:
    """Shred the packages whose time is over and remove files that outlived their key; how many were shredded."""
    shredded = 0
    while batch := _due():
        shredded += sum(shred(package) for package in batch)
    _remove_leftovers()
    return shredded


def _clear_the_way(request_reference: UUID, *, aside: bool) -> None:
    earlier = (
        Package.objects.select_for_update(of=("self",))
        .select_related("key")
        .filter(request_reference=request_reference, aside=aside, state__in=_LIVING)
        .first()
    )
    if earlier is None:
        return
    if earlier.state == Package.State.READY:
        raise PackageExistsError
    abandon(earlier)


def _due() -> list[Package]:
    due = Package.objects.filter(state__in=_LIVING, expires_at__lte=timezone.now())
    return list(due.select_related("key").order_by("expires_at")[:EXPIRY_BATCH])


def _end(package: Package, state: Package.State, tag: Tag, **detail: str) -> bool:
    """The only way a package ends: state, key and ledger together, the file once they are committed."""
    with effect("package.end"), transaction.atomic(savepoint=False):
        living = Package.objects.filter(pk=package.pk, state__in=_ENDING)
        if not living.update(state=state, ended_at=timezone.now()):
            return False
        box.destroy(package.key)
        log.append(Tag.KEY_DESTROYED, request=package.request_reference, key=str(package.key_id))
        _say(tag, package, **detail)
        # After a crash right here the file lies there sealed for nobody, until the next sweep removes it.
        # A function: Django names what failed by its __qualname__, which a partial lacks.
        transaction.on_commit(lambda: _remove(package.pk, package.name), robust=True)
    return True


def _remove(pk: UUID, name: str) -> None:
    with effect("package.remove"):
        _storage().delete(name)
    with effect("package.strike_off"):
        Package.objects.filter(pk=pk).update(removed_at=timezone.now())


def _remove_leftovers() -> None:
    found = Package.objects.filter(left_over(timezone.now()))
    for pk, name in found.values_list("pk", "name")[:EXPIRY_BATCH]:
        _remove(pk, name)


def _say(tag: Tag, package: Package, **detail: str | int) -> None:
    log.append(tag, request=package.request_reference, package=str(package.pk), **detail)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=conf.get("PACKAGE_DAYS"))


def _identity(package: Package) -> x25519.Identity:
    return x25519.Identity.from_str(box.material(package.key).decode())


def _storage() -> Storage:
    return storages[ALIAS]


def _local_path(storage: Storage, name: str) -> Path | None:
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(path: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Counted:
    """A file to read from; counts, and keeps what it raised, which the age library passes on as text only."""

    def __init__(self, file: Any) -> None:
        self.total = 0
        self.raised: BaseException | None = None
        self._file = file

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._file.read(size)
        except BaseException as error:
            self.raised = error
            raise
        self.total += len(data)
        return data


class _Measured:
    """A file to write to that keeps only the size and digest of what comes."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.total = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.total += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _decrypt(name: str, identity: x25519.Identity, to: Any) -> int:
    """Decrypt a stored file into `to` and return how many sealed bytes it had; raises PackageDamagedError."""
    try:
        file = _storage().open(name, "rb")
    except FileNotFoundError:
        raise PackageDamagedError from None
    with closing(file):
        sealed = _Counted(file)
        try:
            decrypt_io(sealed, to, [identity])
        except BrokenPipeError:
            raise
        except (DecryptError, OSError):
            if sealed.raised is not None:
                raise sealed.raised from None
            raise PackageDamagedError from None
        return sealed.total


class _Decryption(Thread):
    """Decrypts into a pipe. The library pushes and a response pulls, so one of them needs a thread of its own."""

    def __init__(self, name: str, identity: x25519.Identity, sink: int) -> None:
        super().__init__(name=f"open {name}", daemon=True)
        self.raised: BaseException | None = None
        self._work = (name, identity)
        self._sink = sink

    def run(self) -> None:
        try:
            with os.fdopen(self._sink, "wb", buffering=CHUNK) as sink:
                _decrypt(*self._work, sink)
        except BrokenPipeError:
            # The reader went away; nobody is left to be told.
            return
        except BaseException as error:  # noqa: BLE001 - raised again where the chunks are read.
            self.raised = error


def _opened(
    package: Package, identity: x25519.Identity, first_byte: int
) -> Generator[bytes, None, None]:
    source, sink = os.pipe()
    decryption = _Decryption(package.name, identity, sink)
    decryption.start()
    try:
        with os.fdopen(source, "rb", buffering=CHUNK) as plain:
            _skip(plain, first_byte)
            while chunk := plain.read(CHUNK):
                if not Package.objects.filter(pk=package.pk, state=Package.State.READY).exists():
                    raise PackageUnavailableError
                yield chunk
    finally:
        # Closing the reading end has stopped the thread, whatever it was doing.
        decryption.join()
    if decryption.raised is not None:
        raise decryption.raised


def _skip(file: IO[bytes], count: int) -> None:
    while count and (skipped := len(file.read(min(count, CHUNK)))):
        count -= skipped
