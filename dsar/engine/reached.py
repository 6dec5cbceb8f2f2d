"""How far work has come whose steps end all at once, for whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(kw_only=True)
class Reached:
    """Written by who does the work, read by the thread that beats."""

    percent: int = 0
    passed: int = 0
    """How many lines have passed."""

    def counted(self, blocks: Iterator[bytes], *, whole: int) -> Iterator[bytes]:
        """The same blocks. A line is a row, or a part of one in CSV, so that the end may come a little early."""
        for block in blocks:
            self.passed += block.count(b"\n")
            self.percent = min(100 * self.passed // max(whole, 1), 99)
            yield block
