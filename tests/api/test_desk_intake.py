"""Staff enter what came by other ways, with its true arrival; messages are read for them, papers are an exception."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.utils import timezone

from dsar.cases import letters, notices, setting_aside, uploads
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.identity_models import Claim, Upload
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import Outcome, State
from dsar.engine import doorstep
from dsar.ledger import log
from dsar.ledger.models import Entry
from tests.faces import member_of_staff

ARRIVED = "2026-01-05T09:00:00+08:00"


def entry(**more: Any) -> dict[str, Any]:
    return {
        "channel": "post",
        "received_at": ARRIVED,
        "name": "Pia Person",
        "contact": "1 Fiction Road, Singapore",
        "rights": [{"right": "access"}, {"right": "portability"}],
    } | more


def enter(client, **more: Any):
    return client.post("/api/v1/staff/cases", entry(**more), format="json")


@pytest.mark.parametrize("channel", ["email", "post", "phone", "in_person", "authority"])
def test_due_dates_count_from_the_true_arrival_whatever_the_way(cast, dora, channel):
    response = enter(dora, channel=channel)
    assert response.status_code == 201, response.content
    case = Case.objects.get()
    assert (case.channel, case.reference) == (channel, response.json()["reference"])
    assert case.received_at < case.created_at
    for request in case.requests.all():
        assert (request.due_at - case.received_at).days < 40
        assert request.due_at < case.created_at
    assert set(case.requests.values_list("right", flat=True)) == {"access", "portability"}


def test_what_arrives_tomorrow_is_refused(cast, dora):
    assert enter(dora, received_at="2199-01-01T00:00:00Z").status_code == 422
    assert not Case.objects.exists()


def test_a_letter_to_a_postal_address_is_not_mailed(cast, dora):
    enter(dora)
    case = Case.objects.get()
    assert case.reply_channel == "post"
    mail.outbox.clear()
    assert notices.send(str(Letter.objects.get().pk)) is False
    assert notices.sweep() == 0
    assert mail.outbox == []


def test_what_came_by_mail_is_proved_like_what_was_filed_openly(cast, dora):
    enter(dora, channel="email", email="pia@example.com")
    case = Case.objects.get()
    doorstep.look_up(str(case.pk))
    assert {one.state for one in case.requests.all()} == {State.AWAITING_VERIFICATION}
    mail.outbox.clear()
    assert notices.send(str(Letter.objects.get().pk))
    assert mail.outbox[0].to == ["pia@example.com"]
    assert "button" in str(mail.outbox[0].body)


def test_the_receipt_names_the_ledger_entries_that_witness_it(cast, dora):
    enter(dora)
    said = letters.read(Letter.objects.get(kind="receipt"))
    hashes = {one["ledger_entry"] for one in said["rights"]}
    submitted = Entry.objects.filter(tag="request.submitted")
    assert {log.leaf_hash(one).hex() for one in submitted} == hashes
    assert len(hashes) == 2


def test_a_repeat_is_shown_and_not_refused(cast, dora):
    first = enter(dora, channel="email", email="pia@example.com").json()["reference"]
    again = enter(dora, channel="email", email="Pia@example.com", text="http://a http://b http://c")
    assert again.status_code == 201
    assert again.json()["looks_like"] == [first]
    assert again.json()["flags"] == ["links_in_text"]


def read_mail(client, raw: bytes):
    body = {"message": base64.b64encode(raw).decode()}
    return client.post("/api/v1/staff/mail", body, format="json")


def message() -> bytes:
    sent = EmailMessage()
    sent["From"] = "Pia Person <pia@example.com>"
    sent["Subject"] = "My data"
    sent["Date"] = "Mon, 05 Jan 2026 01:00:00 +0000"
    sent.set_content("Please send me canary-text.")
    sent.add_attachment(b"canary-scan", maintype="image", subtype="png", filename="scan.png")
    return sent.as_bytes()


def test_a_message_fills_the_form_and_its_files_are_kept_sealed(cast, dora):
    read = read_mail(dora, message())
    assert read.status_code == 200, read.content
    said = read.json()
    assert (said["name"], said["email"]) == ("Pia Person", "pia@example.com")
    assert said["received_at"] == "2026-01-05T01:00:00Z"
    assert said["files"] == [{"name": "scan.png", "media_type": "image/png", "bytes": 11}]
    assert not Upload.objects.exists()
    filed = enter(
        dora,
        channel="email",
        received_at=said["received_at"],
        email=said["email"],
        text=said["text"],
        message=base64.b64encode(message()).decode(),
    )
    assert filed.status_code == 201
    upload = Upload.objects.select_related("case__key").get()
    assert uploads.read(upload) == b"canary-scan"
    with storages["uploads"].open(upload.stored) as stored:
        assert b"canary" not in stored.read()


@pytest.mark.parametrize("raw", [b"", b"\x00" * 100, b"no headers at all"])
def test_what_is_no_message_is_told_so(cast, dora, raw):
    refused = read_mail(dora, raw)
    assert refused.status_code in {200, 422}
    if refused.status_code == 200:
        assert refused.json()["email"] == ""


def test_papers_only_where_an_officer_allowed_them_and_only_until_they_served(cast, dora, staff):
    enter(dora, channel="email", email="pia@example.com")
    case = Case.objects.select_related("key").get()
    paper: dict[str, Any] = {
        "name": "paper.png",
        "media_type": "image/png",
        "content": b"canary-paper",
        "kind": Upload.Kind.PAPERS,
    }
    with pytest.raises(uploads.UploadRefusedError):
        uploads.keep(case, **paper)
    address = f"/api/v1/staff/cases/{case.reference}/papers"
    why = {"reason": "Two people of that name at that desk."}
    assert staff("reviewer", "rita").post(address, why, format="json").status_code == 403
    assert dora.post(address, {}, format="json").status_code == 422
    assert dora.post(address, why, format="json").status_code == 204
    case.refresh_from_db()
    stored = uploads.keep(case, **paper).stored
    assert uploads.remove_papers() == 0
    doorstep.look_up(str(case.pk))
    request = case.requests.all()[0]
    assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 200
    assert uploads.remove_papers() == 1
    assert not Upload.objects.exists()
    assert not storages["uploads"].exists(stored)
    assert Entry.objects.filter(tag="papers.removed").exists()


def test_what_was_closed_unproved_is_taken_up_again_with_its_first_day(cast, dora):
    enter(dora, channel="email", email="pia@example.com", rights=[{"right": "access"}])
    first = Case.objects.get()
    doorstep.look_up(str(first.pk))
    request = Request.objects.get()
    address = f"/api/v1/staff/requests/{request.pk}/reopen"
    assert dora.post(address, {"reason": "She wrote."}, format="json").status_code == 409
    setting_aside.set_aside(
        request,
        outcome=Outcome.IDENTITY_NOT_VERIFIED,
        actor=Actor(kind=ActorKind.STAFF, user=member_of_staff("reviewer", "rolf")),
        reason="Nothing came.",
    )
    reopened = dora.post(address, {"reason": "She wrote."}, format="json")
    assert reopened.status_code == 200, reopened.content
    case = Case.objects.get(reference=reopened.json()["reference"])
    assert case.continues == first
    assert case.received_at == first.received_at
    assert case.requests.get().due_at == request.due_at


def company(**more: Any) -> dict[str, Any]:
    return {
        "relation": "company",
        "name": "Fiction Pte. Ltd.",
        "email": "boss@fiction.example",
    } | more


def test_a_company_that_names_nobody_is_asked_for_the_person_and_let_in_by_nobody(cast, dora):
    """Companies have no rights, the people who work for them have (R144)."""
    answer = enter(dora, **company())
    assert answer.status_code == 201, answer.content
    assert answer.json()["flags"] == ["nobody_named"]
    case = Case.objects.select_related("key").get()
    for _ in range(2):
        doorstep.look_up(str(case.pk))
    asked = Letter.objects.get(case=case, kind="identity")
    said = letters.read(asked)
    assert "a company has none" in said["why"]
    assert "person whose data it is" in said["needed"][0]
    Claim.objects.filter(case=case).update(confirmed_at=timezone.now())
    doorstep.consider(str(case.pk))
    (request, _) = case.requests.order_by("right")
    for kind in ("signed_permission", "power_of_attorney"):
        accept = f"/api/v1/staff/cases/{case.reference}/authority"
        dora.post(accept, {"kind": kind}, format="json")
        assert dora.post(f"/api/v1/staff/requests/{request.pk}/verify").status_code == 409
    case.refresh_from_db()
    assert case.verified_at is None
    assert not case.confirmations.filter(kind="authority").exists()
    assert {one.state for one in case.requests.all()} == {State.AWAITING_VERIFICATION}


def test_a_company_that_names_a_person_waits_for_that_person(cast, dora):
    whom = {"name": "Alice Adams", "email": cast.alice.user.email}
    enter(dora, **company(on_behalf=whom))
    case = Case.objects.get()
    doorstep.look_up(str(case.pk))
    assert not Letter.objects.filter(case=case, kind="identity").exists()
    Claim.objects.filter(case=case).update(confirmed_at=timezone.now())
    mail.outbox.clear()
    doorstep.consider(str(case.pk))
    (asked,) = mail.outbox
    assert asked.to == [cast.alice.user.email]
    case.refresh_from_db()
    assert case.verified_at is None
