"""Who uses the servers: file locks, because the kernel drops them even after kill -9."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.embedded.places import Places


@contextlib.contextmanager
def gate(places: Places) -> Iterator[None]:
    """Hold the right to start, stop and migrate; everybody else who wants it waits."""
    descriptor = _opened(places.gate)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def join(places: Places) -> int:
    """Count this process in; call it with the gate held. Returns what `leave` takes."""
    descriptor = _opened(places.users)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_last(reference: int) -> bool:
    """Whether no other process is counted; call it with the gate held, and leave afterwards.

    A lock is converted by dropping it first, so a refusal may already have counted us out.
    """
    try:
        fcntl.flock(reference, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def leave(reference: int) -> None:
    """Count this process out."""
    os.close(reference)


def _opened(path: os.PathLike[str]) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
