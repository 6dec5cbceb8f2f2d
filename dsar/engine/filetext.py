"""The text of a stored file, as far as it can be read without a program of its own: in windows that overlap.

Plain text in UTF-8 or UTF-16, the members of ZIP files (office documents are such), and PDF's strings, deflated or not.
Sealed files are left out: whoever could read them holds their key.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 1 << 20
_SEALED = b"age-encryption.org/v1"
_ZIP, _PDF = b"PK\x03\x04", b"%PDF-"
_MARK = re.compile(rb"<[^<>]*>")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_LITERAL = re.compile(rb"\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]+)>")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_MOST_BYTES = 256 << 20
"""Of one file, unpacked: a few kilobytes can unpack to anything."""
_DEEPEST = 2


class UnreadableError(Exception):
    """The file, or a part of it, is of a kind that can be read, but could not be."""


def windows(file: IO[bytes], *, overlap: int, depth: int = 0) -> Iterator[bytes]:
    """UTF-8 text of a file, piece by piece; nothing shorter than `overlap` is cut in two. Raises UnreadableError."""
    start = file.read(len(_SEALED))
    file.seek(0)
    if start.startswith(_SEALED):
        return
    if start.startswith(_ZIP) and depth < _DEEPEST:
        yield from _of_archive(file, overlap=overlap, depth=depth)
    elif start.startswith(_PDF):
        yield from _of_pdf(file.read(_MOST_BYTES))
    else:
        for window in _overlapping(file, overlap=overlap):
            yield from _readings(window)


def _overlapping(file: IO[bytes], *, overlap: int) -> Iterator[bytes]:
    # Characters of UTF-16 are pairs: a window that begins in the middle of one reads as something else.
    kept, carry = b"", 2 * (overlap + overlap % 2)
    while block := file.read(WINDOW):
        yield kept + block
        kept = (kept + block)[-carry:]


def _readings(window: bytes) -> Iterator[bytes]:
    """A window as it stands, and as the other things it may be: UTF-16, text between marks."""
    yield window
    if b"\0" in window:
        for encoding in ("utf-16-le", "utf-16-be"):
            yield window.decode(encoding, errors="replace").encode(errors="replace")
    if b"<" in window:
        plain = _MARK.sub(b"", window).decode(errors="replace")
        yield html.unescape(plain).encode(errors="replace")


def _of_archive(file: IO[bytes], *, overlap: int, depth: int) -> Iterator[bytes]:
    left = _MOST_BYTES
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                yield member.filename.encode(errors="replace")
                left -= member.file_size
                if left < 0 or member.flag_bits & 1:
                    raise UnreadableError
                with archive.open(member) as opened:
                    yield from _of_member(opened, overlap=overlap, depth=depth)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise UnreadableError from error


def _of_member(opened: IO[bytes], *, overlap: int, depth: int) -> Iterator[bytes]:
    """A member is read once, from its beginning; what lies deeper is looked into as well."""
    seekable = io.BytesIO(opened.read(_MOST_BYTES))
    yield from windows(seekable, overlap=overlap, depth=depth + 1)


def _of_pdf(document: bytes) -> Iterator[bytes]:
    yield document
    yield from _strings(document)
    left = _MOST_BYTES
    for stream in _STREAM.finditer(document):
        try:
            unpacked = zlib.decompressobj().decompress(stream[1], left)
        except zlib.error:
            # Packed in another way (pictures, fonts), or not packed and seen already.
            continue
        left -= len(unpacked)
        if left <= 0:
            raise UnreadableError
        yield unpacked
        yield from _strings(unpacked)


def _strings(content: bytes) -> Iterator[bytes]:
    """What a page shows is often cut into many strings, between which letters are moved closer together."""
    for found in (
        [_ESCAPED.sub(_unescaped, literal) for literal in _LITERAL.findall(content)],
        [_bytes_of(digits) for digits in _HEX.findall(content)],
    ):
        for joined in (b"".join(found), b" ".join(found)):
            yield joined.decode("latin-1").encode()
            if b"\0" in joined:
                yield joined.decode("utf-16-be", errors="replace").encode(errors="replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8) & 255]) if said[:1].isdigit() and said[0] < ord("8") else said


def _bytes_of(digits: bytes) -> bytes:
    packed = b"".join(digits.split())
    return bytes.fromhex((packed + b"0" * (len(packed) % 2)).decode())
