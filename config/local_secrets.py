"""Keys of a local installation, generated once; production must bring its own."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from config.embedded import places

if TYPE_CHECKING:
    from collections.abc import Callable


def kept(name: str, make: Callable[[], str]) -> str:
    """Read a secret of this checkout; the first who asks makes it, and of two only one wins."""
    here = places.local()
    places.make(here)
    path = here.secrets / name
    if not path.exists():
        _publish(path, make())
    return path.read_text(encoding="ascii")


def _publish(path: Path, value: str) -> None:
    descriptor, new = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value)
    # A link is refused where the name is taken: whoever was first has decided.
    with contextlib.suppress(FileExistsError):
        os.link(new, path)
    Path(new).unlink()
