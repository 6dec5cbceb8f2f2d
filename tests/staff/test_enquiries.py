"""Enquiries at the desk: seen from the first page, entered, answered, hidden from auditors, counted for them."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

from django.utils import timezone

from dsar.audit import exporting, verify_export
from dsar.cases import enquiries
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.enquiry_models import Enquiry
from dsar.ledger import signing
from dsar.ledger.models import Entry
from dsar.packages import vault
from tests import faces

LIST = "/admin/dsar/enquiry/"


def filed(**more):
    said: dict[str, Any] = {
        "kind": Enquiry.Kind.QUESTION,
        "text": "Where is my canary?",
        "contact": "fay@example.com",
        "actor": Actor(kind=ActorKind.REQUESTER),
        "channel": "portal",
        "language": "en",
    }
    return enquiries.file(**said | more)


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_question_is_on_the_first_page_until_it_is_answered(cast, at_desk):
    handler, enquiry = at_desk("handler"), filed()
    waiting = "<strong>1</strong> Questions to answer"
    assert waiting in text(handler, "/admin/")
    assert enquiry.case.reference in text(handler, f"{LIST}?standing=open")
    assert "Where is my canary?" in text(handler, f"{LIST}{enquiry.pk}/change/")
    assert Entry.objects.filter(tag="enquiry.viewed", request=str(enquiry.pk)).count() == 1
    answer = handler.post(f"{LIST}{enquiry.pk}/answer/", {"text": "In its cage."})
    assert answer["Location"] == f"{LIST}{enquiry.pk}/change/"
    assert waiting not in text(handler, "/admin/")
    assert enquiry.case.reference not in text(handler, f"{LIST}?standing=open")
    again = handler.post(f"{LIST}{enquiry.pk}/answer/", {"text": "Or not."}, follow=True)
    assert "Somebody else has answered it already." in again.content.decode()
    assert enquiry.case.letters.filter(kind="enquiry_answer").count() == 1


def test_what_came_by_post_is_entered_with_its_arrival(cast, at_desk):
    handler, now = at_desk("handler"), timezone.localtime()
    said = {
        "kind": "question",
        "channel": "post",
        "received_at_0": "2026-01-05",
        "received_at_1": "10:00:00",
        "contact": "7 Imaginary Road",
        "language": "en",
        "text": "Who are you?",
    }
    late = said | {"received_at_0": f"{now.year + 1}-01-05"}
    assert "still to come" in handler.post(f"{LIST}enter/", late).content.decode()
    assert handler.post(f"{LIST}enter/", said).status_code == 302
    enquiry = Enquiry.objects.select_related("case").get()
    assert timezone.localtime(enquiry.case.received_at).date().isoformat() == "2026-01-05"
    assert (enquiry.case.channel, enquiry.case.reply_channel) == ("post", "post")
    assert enquiry.case.reference in text(handler, f"{LIST}?standing=late")


def test_an_auditor_reads_that_it_was_asked_and_not_what(cast, at_desk):
    enquiry = filed()
    page = text(at_desk("auditor"), f"{LIST}{enquiry.pk}/change/")
    assert enquiry.case.reference in page
    assert "canary" not in page
    assert "fay@" not in page


def test_the_auditors_population_counts_it_and_the_offline_verifier_agrees(
    cast, ask, settings, tmp_path
):
    """A row among those of requests, of a kind of its own; told again from the entries by other code."""
    faces.sign(settings, tmp_path)
    ask(cast.alice, "access")
    enquiry, other = filed(), filed(kind=Enquiry.Kind.DISCLOSURE_ERROR)
    handler = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("handler"))
    enquiries.answer(enquiry, text="In its cage.", actor=handler)
    auditor = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("auditor"))
    export = exporting.ask(actor=auditor)
    assert exporting.run(export.pk)
    package = exporting.package(export)
    assert package is not None
    path = tmp_path / "export.zip"
    path.write_bytes(b"".join(vault.open_(package)))
    keys = [str(one) for one in signing.verifiers()]
    assert verify_export.verify(path, keys)[1] == 3
    history = zipfile.ZipFile(path).read("history.csv").decode()
    rows = {row["reference"]: row for row in csv.DictReader(io.StringIO(history))}
    row = rows[enquiry.case.reference]
    assert (row["right"], row["outcome"], row["on_time"]) == ("enquiry", "answered", "yes")
    assert (row["channel"], row["subject_relation"]) == ("portal", "enquirer")
    assert row["answered_at"]
    assert rows[other.case.reference]["outcome"] == ""
    assert "canary" not in history
