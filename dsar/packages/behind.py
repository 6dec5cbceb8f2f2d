"""Write an archive on a thread of its own, while the caller goes on reading what goes into it.

Of a large package the reading keeps the database's server busy and the compressing keeps us busy; one after the other
they take the sum of both. The caller's thread keeps the database connection, the other touches none.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any

from dsar.packages import archive
from dsar.packages.archive import Member, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

BLOCKS = 64
"""So many blocks may wait for the writer; more would be memory, fewer would make it wait."""
_PATIENCE = 0.5


class _Mark(Enum):
    END = auto()
    GIVEN_UP = auto()


class GivenUpError(Exception):
    """Whoever read the members stopped; the archive is not to be finished."""


@dataclass(frozen=True)
class _Belt:
    """What passes from the reader to the writer: names of members, their blocks, and marks between them."""

    waiting: Queue[Any] = field(default_factory=lambda: Queue(maxsize=BLOCKS))

    def put(self, item: Any, *, writer: Future[Written]) -> None:
        """Hand over, waiting for room as long as the writer lives; raises what it raised if it does not."""
        while True:
            if writer.done():
                writer.result()
                raise GivenUpError
            try:
                self.waiting.put(item, timeout=_PATIENCE)
            except Full:
                continue
            return

    def give_up(self) -> None:
        """Wake a writer that waits for more, and let it fail."""
        while True:
            try:
                self.waiting.put_nowait(_Mark.GIVEN_UP)
            except Full:
                self._drop_one()
            else:
                return

    def _drop_one(self) -> None:
        try:
            self.waiting.get_nowait()
        except Empty:
            return

    def members(self) -> Iterator[Member]:
        """The members as they come; each one's chunks are taken before the next."""
        while (name := self._take()) is not _Mark.END:
            yield Member(name=name, chunks=self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        while (chunk := self._take()) is not _Mark.END:
            yield chunk

    def _take(self) -> Any:
        item = self.waiting.get()
        if item is _Mark.GIVEN_UP:
            raise GivenUpError
        return item


def write(members: Iterable[Member], *, to: Any, recipient: str, at: datetime) -> Written:
    """The same archive as `archive.write` gives, and the same errors; at most a few MiB wait in between."""
    belt = _Belt()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive") as pool:
        writer = pool.submit(archive.write, belt.members(), to=to, recipient=recipient, at=at)
        try:
            _hand_over(members, belt=belt, writer=writer)
        except BaseException:
            belt.give_up()
            raise
        return writer.result()


def _hand_over(members: Iterable[Member], *, belt: _Belt, writer: Future[Written]) -> None:
    for member in members:
        belt.put(member.name, writer=writer)
        for chunk in member.chunks:
            belt.put(bytes(chunk), writer=writer)
        belt.put(_Mark.END, writer=writer)
    belt.put(_Mark.END, writer=writer)
