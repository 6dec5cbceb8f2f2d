"""Write the archive a person receives: named streams into a ZIP, and the ZIP sealed as it is made."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pyrage import encrypt_io, x25519
from stream_zip import ZIP_32, ZIP_64, stream_zip

from dsar.packages.names import Taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Chunk = bytes | bytearray | memoryview
FORMAT = "dsar-package/1"
MANIFEST = "manifest.json"
BLOCK = 65_536
"""Members reach the ZIP in blocks of exactly this size: a COPY yields a row at a time, which costs four times
as much, and the compressed bytes must not depend on how the rows came."""

_SHORT_BLOCKS = 16
"""A member that ends within so many blocks is written in the plain ZIP form, which every reader opens."""
_MOST_PLAIN_BYTES = 0xFFFF_0000
_MOST_PLAIN_MEMBERS = 65_000
_MODE = 0o100600


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of the archive: its path, and its content in chunks of any size."""

    name: str
    chunks: Iterable[Chunk]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """What the manifest says of one member."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written: the sizes, and the digests of the archive before it was sealed."""

    archive_bytes: int
    sealed_bytes: int
    sha256: str
    manifest_sha256: str
    members: tuple[Digest, ...]


def write(members: Iterable[Member], *, to: Any, recipient: str, at: datetime) -> Written:
    """Write the members, then manifest.json, as a ZIP sealed in age format for `recipient`.

    `at` is the moment the data was read; it dates every member, so that the same members give the same archive.
    Nothing is held but a block or two. `to` needs `write(bytes)`. Whatever a member's chunks raise is raised
    here, and what was written until then does not open.
    """
    contents = _Contents(at=at.astimezone(UTC))
    plain = _Pulled(stream_zip(contents.entries(members), get_compressobj=contents.compressor))
    sealed = _Pushed(to)
    try:
        encrypt_io(plain, sealed, [x25519.Recipient.from_str(recipient)])
    except Exception:
        # The library hands on only the text of what its two ends raised; the caller needs the error itself.
        cause = plain.raised or sealed.raised
        if cause is None:
            raise
        raise cause from None
    return Written(
        archive_bytes=plain.total,
        sealed_bytes=sealed.total,
        sha256=plain.digest.hexdigest(),
        manifest_sha256=contents.digests[-1].sha256,
        members=tuple(contents.digests[:-1]),
    )


@dataclass(kw_only=True)
class _Contents:
    """The members as the ZIP takes them, digested on the way."""

    at: datetime
    digests: list[Digest] = field(default_factory=list)
    short: bool = False
    spent: int = 0

    def entries(self, members: Iterable[Member]) -> Iterator[tuple[Any, ...]]:
        taken = Taken()
        taken.reserve(MANIFEST)
        for member in members:
            yield self._entry(taken.unique(member.name), member.chunks)
        yield self._entry(MANIFEST, self._manifest())

    def _entry(self, path: str, chunks: Iterable[Chunk]) -> tuple[Any, ...]:
        blocks = _blocks(chunks)
        head = list(islice(blocks, _SHORT_BLOCKS))
        self.short = len(head) < _SHORT_BLOCKS
        plain = (
            self.short
            and self.spent < _MOST_PLAIN_BYTES
            and len(self.digests) < _MOST_PLAIN_MEMBERS
        )
        form = ZIP_32 if plain else ZIP_64
        return path, self.at, _MODE, form, self._digested(path, chain(head, blocks))

    def _digested(self, path: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        for block in blocks:
            digest.update(block)
            size += len(block)
            yield block
        # An upper bound of the offset: deflate never grows its input by more than this.
        self.spent += size + (size >> 10) + 1_024
        self.digests.append(Digest(path=path, bytes=size, sha256=digest.hexdigest()))

    def compressor(self) -> Any:
        """A compressor for the entry at hand; a short one gets by with an eighth of the memory to set up."""
        level = 5 if self.short else 8
        return zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS, memLevel=level)

    def _manifest(self) -> Iterator[bytes]:
        """One member a line; the encoder's own indentation would leave its fast path."""
        yield f'{{"format": "{FORMAT}", "at": "{self.at.isoformat()}", "members": [\n'.encode()
        yield ",\n".join(_line(digest) for digest in self.digests).encode()
        yield b"\n]}\n"


def _line(digest: Digest) -> str:
    return json.dumps(vars(digest), ensure_ascii=False)


class _Pulled:
    """The archive as a file to read from; digests and counts what is read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.digest = hashlib.sha256()
        self.total = 0
        self.raised: BaseException | None = None
        self._chunks = iter(chunks)
        self._chunk = b""
        self._offset = 0

    def read(self, size: int = -1) -> bytes:
        if self._offset == len(self._chunk):
            self._next()
        end = len(self._chunk) if size < 0 else self._offset + size
        part = self._chunk[self._offset : end]
        self._offset += len(part)
        return part

    def _next(self) -> None:
        try:
            self._chunk = next(self._chunks, b"")
        except BaseException as error:
            self.raised = error
            raise
        self._offset = 0
        self.total += len(self._chunk)
        self.digest.update(self._chunk)


class _Pushed:
    """A file to write to; counts what is written."""

    def __init__(self, to: Any) -> None:
        self.total = 0
        self.raised: BaseException | None = None
        self._to = to

    def write(self, data: bytes) -> int:
        try:
            self._to.write(data)
        except BaseException as error:
            self.raised = error
            raise
        self.total += len(data)
        return len(data)

    def flush(self) -> None:
        flush = getattr(self._to, "flush", None)
        if flush is not None:
            flush()


def _blocks(chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """The same bytes in blocks of BLOCK bytes; only the last is shorter."""
    waiting: list[Chunk] = []
    held = 0
    for chunk in chunks:
        waiting.append(chunk)
        held += len(chunk)
        if held >= BLOCK:
            joined = b"".join(waiting)
            whole = held - held % BLOCK
            for start in range(0, whole, BLOCK):
                yield joined[start : start + BLOCK]
            waiting, held = [joined[whole:]], held - whole
    if held:
        yield b"".join(waiting)
