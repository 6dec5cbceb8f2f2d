"""Say which kind of record could not be read, so that staff know what stopped a copy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class PartFailedError(RuntimeError):
    """One kind of record could not be read, or one of its files."""

    def __init__(self, label: str, *, reason: str) -> None:
        super().__init__(f"{self.__doc__} Kind: {label}, reason: {reason}.")
        self.label = label
        self.reason = reason
        """The name of the error: an archive hands on what its members raise without the cause."""


@contextmanager
def part(label: str) -> Iterator[None]:
    """A block that reads one kind of record: whatever goes wrong in it says which. Raises PartFailedError."""
    try:
        yield
    except PartFailedError:
        raise
    except Exception as error:
        raise PartFailedError(label, reason=type(error).__name__) from error
