"""The second place: where checkpoints and leaf hashes lie out of reach of whoever rewrites the database.

`DSAR["LEDGER_SECOND_PLACE"]` names it: `file:///folder`, `storage:ALIAS` (of STORAGES) or `mailto:ADDRESS`.
A file is never written over and never removed, so that a folder or bucket that only allows adding will do.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.mail import EmailMessage

from dsar import conf
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.files.storage import Storage


class PlaceError(Exception):
    """Set DSAR["LEDGER_SECOND_PLACE"] to file:///folder, storage:ALIAS or mailto:ADDRESS."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class OtherContentError(PlaceError):
    """The second place holds something else under this name: somebody wrote there, or the ledger was rewritten."""


class Place(Protocol):
    """Somewhere else."""

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Return when all of it stands there, written in this order; again is no harm. Raises OtherContentError."""

    def names(self) -> list[str]:
        """What stands there; raises PlaceError where it cannot be asked."""

    def read(self, name: str, *, most: int = -1) -> bytes:
        """The content of one file, or its first bytes."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder, better on another machine or at least of another user; it may be append-only."""

    path: Path

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Write under the final name and flush; what a crash cut short is continued, for nothing can be renamed."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in files.items():
            self._complete(self.path / name, content)
        with _opened(self.path, os.O_RDONLY) as folder:
            os.fsync(folder)

    def _complete(self, path: Path, content: bytes) -> None:
        with (
            effect("ledger.keep_file"),
            _opened(path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as file,
        ):
            there = _all_of(file)
            if not content.startswith(there):
                raise OtherContentError
            rest = content[len(there) :]
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)

    def names(self) -> list[str]:
        """List the folder."""
        return [path.name for path in self.path.iterdir()] if self.path.is_dir() else []

    def read(self, name: str, *, most: int = -1) -> bytes:
        """Read a file."""
        with (self.path / name).open("rb") as file:
            return file.read(most)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A storage of Django's, such as a bucket with a lock on its objects."""

    alias: str

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Save what is not there yet."""
        for name, content in files.items():
            if self._storage.exists(name):
                if self.read(name) != content:
                    raise OtherContentError
            else:
                self._save(name, content)

    def _save(self, name: str, content: bytes) -> None:
        with effect("ledger.keep_object"):
            saved = self._storage.save(name, ContentFile(content))
        if saved != name:
            raise OtherContentError

    def names(self) -> list[str]:
        """List the storage's top."""
        return list(self._storage.listdir("")[1])

    def read(self, name: str, *, most: int = -1) -> bytes:
        """Read an object."""
        with self._storage.open(name) as file:
            return bytes(file.read(most))

    @property
    def _storage(self) -> Storage:
        return storages[self.alias]


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mailbox that others read: one mail a checkpoint. It cannot be asked; who verifies brings the files."""

    address: str

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Mail the files; a crash right after may mail them twice."""
        (subject,) = (name for name in files if name.endswith(".checkpoint"))
        mail = EmailMessage(subject=subject, body=files[subject].decode(), to=[self.address])
        for name, content in files.items():
            mail.attach(name, content, "application/octet-stream")
        with effect("ledger.keep_mail"):
            mail.send()

    def names(self) -> list[str]:
        """Refuse."""
        message = (
            "A mailbox cannot be asked: give verify_ledger the files that were mailed, as a folder."
        )
        raise PlaceError(message)

    def read(self, name: str, *, most: int = -1) -> bytes:
        """Refuse."""
        raise PlaceError(name)


def current() -> Place:
    """The configured second place; raises PlaceError."""
    return named(conf.get("LEDGER_SECOND_PLACE"))


def named(text: str) -> Place:
    """A place by its text; raises PlaceError."""
    kind, _, rest = text.partition(":")
    if kind == "file" and rest.startswith("///"):
        return Folder(path=Path(unquote(rest.removeprefix("//"))))
    if kind == "storage" and rest in settings.STORAGES:
        return Stored(alias=rest)
    if kind == "mailto" and "@" in rest:
        return Mailbox(address=rest)
    raise PlaceError


def reference() -> str:
    """How the current place is known in the database: whose mailbox it is stays out of it."""
    return hashlib.sha256(conf.get("LEDGER_SECOND_PLACE").encode()).hexdigest()


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _all_of(file: int) -> bytes:
    with os.fdopen(os.dup(file), "rb") as reader:
        reader.seek(0)
        return reader.read()
