"""Which files may lie beside a message: few, small, and of the types that their own bytes say they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_FILES: Final = 5
_LONGEST_NAME: Final = 120
_BEGINNINGS: Final = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class FileRefusedError(ValueError):
    """This file cannot be sent: PDF, PNG, JPEG or plain text, at most five files of five megabytes."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as it came: what it is called and what is in it."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Sniffed:
    """A file that may stay, with its type."""

    name: str
    content: bytes
    media_type: str


def sniffed(files: Sequence[File]) -> list[Sniffed]:
    """The files with the types that their bytes give; raises FileRefusedError for one that may not stay."""
    if len(files) > MOST_FILES:
        raise FileRefusedError
    return [_sniffed(one) for one in files]


def _sniffed(one: File) -> Sniffed:
    found = _type(one.content)
    if not found or not 0 < len(one.content) <= MOST_BYTES:
        raise FileRefusedError
    # A path in a name leads nowhere here, but whoever saves the file later need not meet it.
    name = one.name.replace("\\", "/").rsplit("/", 1)[-1][-_LONGEST_NAME:] or "file"
    return Sniffed(name=name, content=one.content, media_type=found)


def _type(content: bytes) -> str:
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    return "text/plain" if _is_text(content) else ""


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(char < " " and char not in "\t\n\r\f" for char in text)
