"""A few real files in the private storage, hung on the first messages."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from django.core.files.base import ContentFile

from accounts.models import SupportFile, SupportMessage
from config.seeding.pools import NOW

_HOW_MANY: Final = 12


def attach(*, seed: int) -> int:
    """Store a file for each of the first messages of ordinary people; how many."""
    theirs = SupportMessage.objects.filter(
        staff__isnull=True, thread__user__email__startswith="person-"
    )
    messages = theirs.order_by("pk")[:_HOW_MANY]
    made = [_file(message, number=number, seed=seed) for number, message in enumerate(messages)]
    SupportFile.objects.bulk_create(made)
    return len(made)


def _file(message: SupportMessage, *, number: int, seed: int) -> SupportFile:
    filename, kind, content = _letter(number) if number % 2 else _picture(number)
    field = SupportFile._meta.get_field("file")
    place = f"support/sample-{seed}-{message.pk}{filename[filename.rindex('.') :]}"
    # A file of that name is left over from a database that is gone.
    field.storage.delete(place)
    return SupportFile(
        message=message,
        file=field.storage.save(place, ContentFile(content)),
        filename=filename,
        content_type=kind,
        size=len(content),
        uploaded_at=NOW,
    )


def _letter(number: int) -> tuple[str, str, bytes]:
    text = f"Letter {number} to support.\n=cmd|' /C calc'!A0\n<script>alert('x')</script> 😀 שלום\n"
    return f"letter {number} “draft”.txt", "text/plain", text.encode()


def _picture(number: int) -> tuple[str, str, bytes]:
    """A PNG of one pixel, its colour by number."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(bytes((0, number * 20 % 256, 80, 160)))
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixel), _chunk(b"IEND", b""))
    return f"../screen {number}.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(tag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
