"""Every effect is marked where it happens, so that a test can let the process die right before or right after it.

`with effect("package.upload"):` makes two points, `package.upload:before` and `package.upload:after`. Outside tests
nobody watches, and a point costs one look at an empty list. No setting and no variable brings a watcher in, only code
does; and a process that works on anything else than a test's database refuses to be watched.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TEST_DATABASE = "test_"
_watchers: list[Callable[[str], None]] = []


class NotUnderTestError(RuntimeError):
    """A process that works on another database than a test's is not watched."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@contextmanager
def effect(name: str) -> Iterator[None]:
    """Mark a block, or a function, as one effect; a transaction in the same `with` is committed when `after` comes.

    What raises passes no `after`.
    """
    _reach(name, "before")
    yield
    _reach(name, "after")


@contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """A block in which the watcher is told of each point as it is passed; it may kill, stop or break there."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def _reach(name: str, side: str) -> None:
    for watcher in _watchers:
        _check_under_test()
        watcher(f"{name}:{side}")


def _check_under_test() -> None:
    """Looked at when a point is reached: which database a process works on is not known before."""
    if not str(connection.settings_dict["NAME"]).startswith(_TEST_DATABASE):
        raise NotUnderTestError
