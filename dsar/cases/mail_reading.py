"""Read a message that was mailed to the house: sender, arrival, text and files, whoever made it and with what intent.

Only what the standard library understands is used. Sizes and depths are limited before anything is believed, nothing
is fetched, no markup survives, and what cannot be read is left out rather than guessed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final, cast

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

MOST_BYTES: Final = 15 * 1024 * 1024
MOST_PARTS: Final = 200
MOST_FILES: Final = 20
LONGEST_TEXT: Final = 20_000
_DEEPEST: Final = 30
_NESTING: Final = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)
_LONGEST_HEADER: Final = 400
_BLANKS: Final = re.compile(r"[ \t\r\f\v]+")
_LINES: Final = re.compile(r"\n{3,}")
_UNSEEN: Final = {"head", "script", "style", "template", "title"}
_BLOCKS: Final = {"br", "div", "h1", "h2", "h3", "h4", "li", "p", "table", "td", "th", "tr"}


class MailUnreadableError(Exception):
    """This is no message that can be read: too large, nested too deeply, or none at all."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that came with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a message says, ready to be looked at by staff."""

    name: str
    address: str
    subject: str
    text: str
    received_at: datetime | None
    """When the house's own server took it, by the topmost `Received` line; by `Date` where there is none."""
    files: tuple[Attached, ...]


def read(raw: bytes) -> Message:
    """Read an `.eml`; raises MailUnreadableError."""
    if len(raw) > MOST_BYTES or len(_NESTING.findall(raw)) > _DEEPEST:
        raise MailUnreadableError
    try:
        return _read(raw)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise MailUnreadableError from error


def _read(raw: bytes) -> Message:
    parsed: Any = BytesParser(policy=policy.default).parsebytes(raw)
    parts = list(_parts(parsed))
    if not parsed.keys():
        raise MailUnreadableError
    name, address = parseaddr(_header(parsed, "From"))
    return Message(
        name=_clean(name)[:200],
        address=_clean(address)[:254] if "@" in address else "",
        subject=_clean(_header(parsed, "Subject")),
        text=_text(parts),
        received_at=_arrival(parsed),
        files=tuple(_files(parts)),
    )


def _parts(parsed: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves, in order; messages within the message are files, and are not opened."""
    waiting: list[Any] = [parsed]
    seen = 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise MailUnreadableError
        if part.get_content_maintype() == "multipart":
            waiting[:0] = part.iter_parts()
        else:
            yield part


def _header(parsed: EmailMessage, name: str) -> str:
    """A header's text; a broken one is as good as none."""
    with suppress(ValueError, LookupError, AttributeError, TypeError):
        return str(parsed.get(name, ""))[:_LONGEST_HEADER]
    return ""


def _arrival(parsed: EmailMessage) -> datetime | None:
    """The moment of the last hop, which the house's own server wrote; a sender can forge every line but that."""
    lines = parsed.get_all("Received", [])
    stamps = [str(line).rpartition(";")[2] for line in lines[:1]] + [_header(parsed, "Date")]
    for stamp in stamps:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            found = parsedate_to_datetime(stamp.strip())
            moment = found if found.tzinfo else found.replace(tzinfo=UTC)
            return min(moment.astimezone(UTC), timezone.now())
    return None


def _text(parts: list[EmailMessage]) -> str:
    """The first plain text; where there is none the first markup, without its marks."""
    for kind, turned in (("text/plain", _plain), ("text/html", _without_marks)):
        for part in parts:
            if part.get_content_type() == kind and not part.is_attachment():
                return _tidied(turned(part))[:LONGEST_TEXT]
    return ""


def _plain(part: EmailMessage) -> str:
    raw = _bytes(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        return raw.decode(charset, errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")


def _bytes(part: EmailMessage) -> bytes:
    with suppress(ValueError, LookupError, AttributeError, TypeError, AssertionError):
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    return b""


def _without_marks(part: EmailMessage) -> str:
    reader = _Reader()
    reader.feed(_plain(part)[: 10 * LONGEST_TEXT])
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    """Keeps what a reader would see; scripts, styles and addresses of pictures go."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        """Begin a line at a block, and look away at what is never seen."""
        self.unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Look again."""
        self.unseen = max(0, self.unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if not self.unseen:
            self.pieces.append(data)


def _files(parts: list[EmailMessage]) -> Iterator[Attached]:
    attached = [part for part in parts if part.is_attachment() or _is_file(part)]
    for number, part in enumerate(attached[:MOST_FILES], start=1):
        content = _bytes(part) or _inner(part)
        if content:
            yield Attached(
                name=_file_name(part, number),
                media_type=part.get_content_type()[:100],
                content=content,
            )


def _is_file(part: EmailMessage) -> bool:
    return part.get_content_maintype() != "text"


def _inner(part: EmailMessage) -> bytes:
    """A message within the message, as bytes."""
    with suppress(ValueError, LookupError, AttributeError, TypeError, RecursionError):
        inner = part.get_payload()
        if isinstance(inner, list) and inner:
            return cast("EmailMessage", inner[0]).as_bytes()
    return b""


def _file_name(part: EmailMessage, number: int) -> str:
    """A name without folders; a number where there is none."""
    given = ""
    with suppress(ValueError, LookupError, AttributeError, TypeError):
        given = str(part.get_filename() or "")
    last = re.split(r"[\\/]", _clean(given))[-1].strip(". ")
    return last[:120] or f"file-{number}"


def _tidied(text: str) -> str:
    lines = (_BLANKS.sub(" ", line).strip() for line in text.replace("\r\n", "\n").split("\n"))
    return _LINES.sub("\n\n", "\n".join(map(_clean, lines))).strip()


def _clean(text: str) -> str:
    """Without characters that no eye sees and no column holds."""
    kept = (
        " " if char.isspace() else char for char in text if char.isspace() or char.isprintable()
    )
    return "".join(kept).strip()
