"""The journal of erasures: files outside the database, so that a restored backup can be cleaned again.

An entry holds the user model, the person's key (of somebody without account the rows' keys), the plan's digest and
the moment of the deletion; no personal data.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from dsar import conf
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """One journalled deletion. `cut_off` is the database's time at which the rows went, ISO 8601 with offset."""

    request: str
    model: str
    person: str
    plan_digest: str
    cut_off: str
    declarations: list[str] | None = None
    """The kinds of records that were to go, where not everything was."""
    rows: dict[str, list[str]] | None = None
    """Of a person without account the keys of the rows, by declaration; `person` is empty then."""

    @property
    def cut_off_at(self) -> datetime:
        """The cut-off as a moment."""
        return datetime.fromisoformat(self.cut_off)


def _folder() -> Path:
    where = conf.get("ERASURE_JOURNAL")
    if not where:
        message = 'Set DSAR["ERASURE_JOURNAL"] to a folder outside the database; no deletion closes without it.'
        raise ImproperlyConfigured(message)
    return Path(where)


@effect("journal.write")
def write(erasure: Erasure) -> None:
    """Keep an erasure, durably, under its request's key; writing it again changes nothing."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{erasure.request}.json"
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(asdict(erasure), file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync_folder(folder)


@contextmanager
def writing(erasure: Erasure) -> Iterator[Callable[[], None]]:
    """Write an erasure beside the work of the block: that is two waits for the disk, and no work.

    The block gets a function that waits until the erasure is kept, and raises what went wrong. It is not left before.
    """
    with ThreadPoolExecutor(max_workers=1) as aside:
        written = aside.submit(write, erasure)
        yield written.result
    written.result()


def _sync_folder(folder: Path) -> None:
    """The new name itself must survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read() -> Iterator[Erasure]:
    """Every journalled erasure, oldest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in _folder().glob("*.json")]
    for entry in sorted(found, key=lambda one: one["cut_off"]):
        yield Erasure(**entry)


def holds(request: UUID) -> bool:
    """Whether this deletion is in the journal."""
    return (_folder() / f"{request}.json").exists()
