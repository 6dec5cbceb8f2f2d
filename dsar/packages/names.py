"""Names that every unpacker can write: no way out of the folder, none twice, nothing a system reserves."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_PART = 120
"""In bytes of UTF-8; file systems stop at 255, and a number may be added."""

_UNSAFE = re.compile(r'[<>:"|?*\\]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def safe(name: str) -> str:
    """The nearest relative path that unpacks under its own folder on Linux, macOS and Windows."""
    parts = [_safe_part(part) for part in name.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part) or "unnamed"


class Taken:
    """The names given out so far. Case is ignored: two systems of three cannot tell them apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def reserve(self, name: str) -> None:
        """Keep a name for the archive's own use."""
        self._taken.add(name.casefold())

    def unique(self, name: str) -> str:
        """The safe form of a name, numbered where it was given out before."""
        wanted = safe(name)
        found, number = wanted, 1
        while found.casefold() in self._taken:
            number += 1
            found = _numbered(wanted, number)
        self._taken.add(found.casefold())
        return found


def _safe_part(part: str) -> str:
    """One path part without control and direction characters, trailing dots or reserved device names."""
    shown = "".join(
        "_" if unicodedata.category(letter).startswith("C") else letter
        for letter in unicodedata.normalize("NFC", part)
    )
    shortened = _shortened(_UNSAFE.sub("_", shown).strip(" ").rstrip(". "))
    return f"_{shortened}" if _RESERVED.match(shortened) else shortened


def _shortened(part: str) -> str:
    """Cut the stem, never the ending by which a system knows the file's type."""
    if len(part.encode()) <= LONGEST_PART:
        return part
    ending = PurePosixPath(part).suffix
    if len(ending.encode()) > LONGEST_PART // 4:
        ending = ""
    stem = part.removesuffix(ending).encode()[: LONGEST_PART - len(ending.encode())]
    return stem.decode(errors="ignore") + ending


def _numbered(name: str, number: int) -> str:
    folder, slash, last = name.rpartition("/")
    ending = PurePosixPath(last).suffix
    return f"{folder}{slash}{last.removesuffix(ending)} ({number}){ending}"
