"""A message is read whoever made it: true arrival, text without marks, files by their names, and no surprise."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from dsar.cases import mail_reading
from dsar.cases.mail_reading import MailUnreadableError


def message(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Reader O'Fiction <reader@example.com>"
    mail["Subject"] = "My data"
    mail["Date"] = "Tue, 03 Nov 2026 09:00:00 +0000"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail


def test_sender_text_files_and_arrival_are_found():
    mail = message()
    mail.set_content("Please send me what you hold.\n")
    mail.add_attachment(b"scan", maintype="application", subtype="pdf", filename="../../etc/a.pdf")
    raw = b"Received: from mx by us; Wed, 04 Nov 2026 10:00:00 +0800\r\n" + mail.as_bytes()
    found = mail_reading.read(raw)
    assert (found.name, found.address) == ("Reader O'Fiction", "reader@example.com")
    assert found.text == "Please send me what you hold."
    assert found.received_at == datetime(2026, 11, 4, 2, tzinfo=UTC)
    assert [(one.name, one.content) for one in found.files] == [("a.pdf", b"scan")]


def test_only_the_house_s_own_line_tells_the_arrival():
    """A sender can write any `Received` line, but only below ours."""
    raw = (
        b"Received: from mx by us; Wed, 04 Nov 2026 10:00:00 +0000\r\n"
        b"Received: from liar; Thu, 01 Jan 2026 10:00:00 +0000\r\n" + message().as_bytes()
    )
    assert mail_reading.read(raw).received_at == datetime(2026, 11, 4, 10, tzinfo=UTC)


def test_an_arrival_in_the_future_is_none():
    raw = b"Received: by us; Fri, 01 Jan 2100 10:00:00 +0000\r\n" + message().as_bytes()
    found = mail_reading.read(raw).received_at
    assert found is not None
    assert found <= timezone.now()


def test_markup_becomes_text_and_nothing_in_it_runs_or_is_fetched():
    mail = message()
    mail.set_content(
        "<html><head><title>t</title><style>p{}</style></head><body><p>Delete&nbsp;my data</p>"
        "<script>alert(1)</script><img src='http://attacker.invalid/x'><div>Thanks</div></body>",
        subtype="html",
    )
    found = mail_reading.read(mail.as_bytes())
    assert found.text.split() == ["Delete", "my", "data", "Thanks"]
    assert "alert" not in found.text
    assert "attacker" not in found.text


def test_a_message_within_a_message_is_a_file_and_is_not_opened():
    inner = message()
    inner.set_content("The inner text.")
    mail = message()
    mail.set_content("The outer text.")
    mail.add_attachment(inner)
    found = mail_reading.read(mail.as_bytes())
    assert found.text == "The outer text."
    (file,) = found.files
    assert b"The inner text." in file.content


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )
    return b"From: a@example.com\r\n" + head + b"\r\nText\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x" * (mail_reading.MOST_BYTES + 1),
        nested(2000),
        nested(40),
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    ],
    ids=["empty", "too large", "far too deep", "too deep", "dolls"],
)
def test_what_is_too_large_too_deep_or_no_message_is_refused(raw):
    with pytest.raises(MailUnreadableError):
        mail_reading.read(raw)


def test_more_parts_than_anybody_sends_are_refused():
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * (mail_reading.MOST_PARTS + 1)
    raw = b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts
    with pytest.raises(MailUnreadableError):
        mail_reading.read(raw + b"--b--\r\n")


@pytest.mark.parametrize(
    "header",
    [
        b"From: \xff\xfe\x00<broken",
        b"From: =?utf-8?q?=?= <>",
        b"Date: not a date",
        b"Received: ;;;; 99 Foo 0000",
        b"Content-Type: text/plain; charset=no-such-charset",
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%00..%2f",
    ],
)
def test_broken_headers_break_nothing(header):
    found = mail_reading.read(header + b"\r\nSubject: s\r\n\r\nText \x00 here")
    assert "\x00" not in found.text
    assert len(found.address) <= 254


@given(some.binary(max_size=2000))
def test_no_bytes_at_all_raise_anything_else(raw):
    try:
        found = mail_reading.read(b"From: a@example.com\r\n" + raw)
    except MailUnreadableError:
        return
    assert "\x00" not in found.text + found.subject + found.name
