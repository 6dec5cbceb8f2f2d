"""Staff drop a message, find it filled in, put right what is wrong, choose the rights, and file it with its files."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from dsar.cases import claims, mail_reading, uploads
from dsar.cases.correction_models import Correction
from dsar.cases.identity_models import Upload
from dsar.cases.models import Case
from dsar.cases.states import Right
from dsar.staff import mail_held
from tests import faces
from tests import sending as made

READ, ENTER = "/admin/dsar/case/read/", "/admin/dsar/case/enter/"


def mailed(**more: Any) -> bytes:
    sent = EmailMessage()
    sent["Received"] = "from far by near; Mon, 05 Jan 2026 02:30:00 +0000"
    sent["From"] = "Pia Person <pia@example.com>"
    sent["Subject"] = "My data"
    sent.set_content("Please send me canary-text.")
    sent.add_attachment(b"canary-scan", maintype="image", subtype="png", filename="scan.png")
    for name, value in more.items():
        del sent[name]
        sent[name] = value
    return sent.as_bytes()


def drop(client, raw: bytes):
    sent = io.BytesIO(raw)
    sent.name = "message.eml"
    return client.post(READ, {"message": sent})


def as_filled_in(response) -> dict[str, Any]:
    """What the browser would send back untouched."""
    form = response.context["form"]
    moment = timezone.localtime(form.initial["received_at"])
    said: dict[str, Any] = form.initial | {
        "received_at_0": f"{moment:%Y-%m-%d}",
        "received_at_1": f"{moment:%H:%M:%S}",
        "relation": "customer",
        "language": "en",
        "rights": ["access", "advertising"],
    }
    return said


def test_a_dropped_message_is_filled_in_put_right_and_filed_with_its_files(cast, at_desk):
    handler = at_desk("handler")
    read = drop(handler, mailed())
    page = read.content.decode()
    assert "no-store" in read.headers["Cache-Control"]
    for word in ("Pia Person", "pia@example.com", "canary-text", "My data", "scan.png"):
        assert word in page
    assert not Case.objects.exists()
    said = as_filled_in(read)
    assert said["received_at"].isoformat() == "2026-01-05T02:30:00+00:00"
    # What lies in the cache is read by nobody who lacks the page.
    lying = cache.get(mail_held._place(said["ticket"].encode()))  # noqa: SLF001 - it has no other door.
    assert lying
    assert b"canary" not in lying

    wrong = handler.post(ENTER, said | {"rights": []})
    assert "scan.png" in wrong.content.decode()
    filed = handler.post(ENTER, said | {"name": "Pia Fiction"}, follow=True)
    case = Case.objects.select_related("key").get()
    assert filed.redirect_chain[0][0] == reverse("admin:dsar_case_change", args=[case.pk])
    assert (case.channel, case.received_at) == ("email", said["received_at"])
    assert set(case.requests.values_list("right", flat=True)) == {"access", "objection"}
    told = claims.read(case)
    assert told is not None
    assert (told.name, told.address) == ("Pia Fiction", "pia@example.com")
    upload = Upload.objects.select_related("case__key").get()
    assert uploads.read(upload) == b"canary-scan"

    shown = filed.content.decode()
    for word in ("Pia Fiction", "canary-text", "scan.png"):
        assert word in shown
    address = reverse("admin:dsar_case_file", args=[case.pk, upload.pk])
    got = handler.get(address)
    assert got.content == b"canary-scan"
    assert got.headers["Content-Disposition"] == 'attachment; filename="scan.png"'
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    other = faces.file(cast.bob, "access")
    stray = reverse("admin:dsar_case_file", args=[other.pk, upload.pk])
    assert handler.get(stray).status_code == 404
    auditor = at_desk("auditor")
    assert auditor.get(address).status_code == 403
    assert "canary" not in auditor.get(filed.redirect_chain[0][0]).content.decode()

    # The button pressed twice files nothing twice.
    again = handler.post(ENTER, said)
    assert "no longer here" in again.content.decode()
    assert Case.objects.filter(channel="email").count() == 1
    repeat = as_filled_in(drop(handler, mailed())) | {"text": "http://a http://b http://c"}
    warned = handler.post(ENTER, repeat, follow=True).content.decode()
    assert f"It looks like what was asked before: {case.reference}" in warned
    assert "links in text" in warned


def _nested() -> bytes:
    open_ = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (at, at)
        for at in range(60)
    )
    return b"From: a@example.com\r\n" + open_ + b"\r\nx"


def _of_many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    head = b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + part * (mail_reading.MOST_PARTS + 1) + b"--b--\r\n"


def test_a_hostile_message_ends_in_words_and_keeps_nothing(cast, at_desk, monkeypatch):
    handler = at_desk("handler")
    for raw in (_nested(), _of_many_parts(), b"\x00\xff" * 50):
        refused = drop(handler, raw)
        assert refused.status_code == 200
        assert "cannot be read as a message" in refused.content.decode(), raw[:60]
    monkeypatch.setattr(mail_reading, "MOST_BYTES", 100)
    assert "cannot be read as a message" in drop(handler, mailed()).content.decode()
    monkeypatch.undo()
    assert "submitted file is empty" in drop(handler, b"").content.decode()

    scripted = b'From: "<script>alert(1)</script>" <a@example.com>\r\nContent-Type: text/html; charset=no-such\r\n\r\n'
    read = drop(handler, scripted + b"<p>Hi<script>alert(2)</script></p>")
    page = read.content.decode()
    assert "alert(2)" not in page
    assert "<script>alert(1)" not in page
    assert "does not say when it arrived" in page
    assert read.context["form"].initial["email"] == "a@example.com"
    assert not Case.objects.exists()
    assert not Upload.objects.exists()
    assert mail_held.find("x" * 5000) is None


def test_a_file_that_is_too_large_is_named_and_the_request_filed(cast, at_desk, monkeypatch):
    handler = at_desk("handler")
    monkeypatch.setattr(uploads, "MOST_BYTES", 5)
    read = drop(handler, mailed())
    assert "not kept" in read.content.decode()
    filed = handler.post(ENTER, as_filled_in(read), follow=True)
    assert "larger than 10 MB: scan.png" in filed.content.decode()
    assert Case.objects.count() == 1
    assert not Upload.objects.exists()


def test_what_came_by_telephone_is_entered_by_hand_with_what_each_right_needs(cast, at_desk):
    handler = at_desk("handler")
    form = handler.get(ENTER).context["form"]
    wrong = form.fields["wrong"].choices[1][0]
    purpose = form.fields["purposes"].choices[0][0]
    said = {
        "channel": "phone",
        "received_at_0": "2026-01-05",
        "received_at_1": "10:00:00",
        "relation": "guardian",
        "name": "Gil Guardian",
        "contact": "1 Fiction Road",
        "language": "en",
        "residence": "de",
        "rights": ["correction", "objection", "restriction"],
    }
    errors = handler.post(ENTER, said).context["form"].errors
    assert set(errors) == {"for_name", "for_email", "purposes", "ground", "wrong", "residence"}
    more = {
        "for_name": "Kim Fiction",
        "for_email": "kim@example.com",
        "purposes": [purpose],
        "ground": "claims",
        "wrong": wrong,
        "right_value": "Kim",
        "residence": "DE",
    }
    assert handler.post(ENTER, said | more).status_code == 302
    case = Case.objects.select_related("key").get()
    assert (case.channel, case.reply_channel, case.subject_relation) == (
        "phone",
        "post",
        "guardian",
    )
    assert "EU" in case.regimes
    told = claims.read(case)
    assert told is not None
    assert (told.for_name, told.for_address) == ("Kim Fiction", "kim@example.com")
    rights = set(case.requests.values_list("right", flat=True))
    assert {Right.CORRECTION, Right.RESTRICTION} < rights
    assert wrong == "{0.declaration} {0.field}".format(Correction.objects.get())


def test_staff_enter_where_a_portable_copy_should_go(cast, at_desk):
    made.approved("https://import.other.example/", by=cast.carol.user)
    said = {
        "channel": "phone",
        "received_at_0": "2026-01-05",
        "received_at_1": "10:00:00",
        "relation": "customer",
        "language": "en",
        "name": "Pia Person",
        "email": "pia@example.com",
        "rights": ["portability", "access"],
        "send_to": "other",
    }
    handler = at_desk("handler")
    assert "The Other (import.other.example)" in handler.get(ENTER).content.decode()
    handler.post(ENTER, said | {"send_to": "nobody"})
    assert not Case.objects.exists()
    handler.post(ENTER, said)
    scopes = dict(Case.objects.get().requests.values_list("right", "scope"))
    assert scopes == {"portability": {"send_to": "other"}, "access": {}}
