"""When a long execution gives way: its time slice is over, or its worker was told to stop.

What was done stays done; the request goes back into the queue, and whoever is due first, the smallest of one due
day, is carried out next. A worker that was told to stop lets the work in hand go on for some seconds and then
interrupts it, which is as harmless as its death, only sooner known.
"""

from __future__ import annotations

import mmap
import signal
import struct
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dsar import conf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

LOOK_SECONDS = 0.5
"""How often somebody looks whether the worker was told to stop."""
_SIGNAL = signal.SIGUSR2
_MOMENT = struct.Struct("d")
# Made before a worker's processes are forked from it, and so shared by all of them.
_told = mmap.mmap(-1, _MOMENT.size)
_interruptible = threading.Event()


class GivenBackError(KeyboardInterrupt):
    """The execution stops here and goes on later.

    An interrupt and no Exception: what handles failures must not take it for one, and the database's driver
    cancels the query that runs.
    """


def stop() -> None:
    """Have every process of this worker finish, or give back, what it has in hand."""
    _MOMENT.pack_into(_told, 0, time.monotonic())


def go_on() -> None:
    """Take that back: a worker starts."""
    _MOMENT.pack_into(_told, 0, 0.0)


def is_stopping() -> bool:
    """Whether this worker was told to stop."""
    return bool(_MOMENT.unpack_from(_told, 0)[0])


def patience_is_over() -> bool:
    """Whether it was told so long ago that nothing in hand may go on."""
    told: float = _MOMENT.unpack_from(_told, 0)[0]
    return bool(told) and time.monotonic() - told > conf.get("STOP_SECONDS")


def give_way(*, since: float) -> None:
    """Stop between two batches once the slice that began at `since` (monotonic) is over; raises GivenBackError."""
    if is_stopping() or time.monotonic() - since > conf.get("SLICE_SECONDS"):
        raise GivenBackError


@contextmanager
def interruptible() -> Iterator[int | None]:
    """A block that `interrupt` may end; gives the thread to be named to it, None where that cannot be."""
    if threading.current_thread() is not threading.main_thread():
        # Signals reach the main thread only; elsewhere the block ends by itself.
        yield None
        return
    signal.signal(_SIGNAL, _raise)
    _interruptible.set()
    try:
        yield threading.get_ident()
    finally:
        _interruptible.clear()


def interrupt(thread: int) -> None:
    """End the block in that thread, even where it waits for the database."""
    signal.pthread_kill(thread, _SIGNAL)


def _raise(_number: int, _frame: FrameType | None) -> None:
    """Once, and only inside: what gives the request back must not be interrupted itself."""
    if _interruptible.is_set():
        _interruptible.clear()
        raise GivenBackError
