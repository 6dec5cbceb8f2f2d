"""Write a file as durably as a package is written."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def durable(folder: Path) -> Iterator[IO[bytes]]:
    """A new file whose bytes and whose name are on the disk when the block ends."""
    path = folder / uuid4().hex
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
