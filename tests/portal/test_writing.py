"""Writing in a case, sending files, and asking for a second look: logged in, and by link and code."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar.cases import complaints, decisions, freezing, messages, pausing
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.complaint_models import Complaint
from dsar.cases.files import MOST_BYTES, MOST_FILES, File
from dsar.cases.message_models import Attachment, Message
from dsar.cases.models import Decision, Letter
from dsar.cases.states import Right, State
from dsar.engine import reception
from dsar.keys import box
from dsar.ledger.models import Entry
from tests import faces
from tests.entering import by_link

PDF = b"%PDF-1.7 canary"
ANSWER = "/privacy/answer/"
TEXT = "The canary flew on Monday."


def address(case, rest=""):
    return f"/privacy/requests/{case.reference}/{rest}"


def page(answer):
    return answer.content.decode()


def file(name="proof.pdf", content=PDF, media_type="text/html"):
    return SimpleUploadedFile(name, content, media_type)


def as_requester(person):
    return Actor(kind=ActorKind.REQUESTER, user=person.user)


def as_staff(role, name=""):
    return Actor(kind=ActorKind.STAFF, user=faces.member_of_staff(role, name))


@pytest.fixture
def case(cast):
    return faces.file(cast.alice, "access")


@pytest.fixture
def done(case):
    faces.work()
    return case


@pytest.fixture
def theirs(cast):
    """A case of Bob's with a message and a file."""
    found = faces.file(cast.bob, "access")
    faces.work()
    sent = [File(name="bobs.pdf", content=PDF)]
    messages.reply(found, text="Bob's canary", actor=as_requester(cast.bob), attached=sent)
    return found


def places_of(case):
    """The addresses of one case, logged in and by link, by name."""
    letter = Letter.objects.filter(case=case).earliest("written_at").pk
    kept = Attachment.objects.get(message__case=case).pk
    return {
        "messages": (address(case, "messages/"), f"{ANSWER}messages/"),
        "complain": (address(case, "complain/"), f"{ANSWER}complain/"),
        "file": (address(case, f"files/{kept}/"), f"{ANSWER}files/{kept}/"),
        "pdf": (address(case, f"letters/{letter}/pdf/"), f"{ANSWER}letters/{letter}/pdf/"),
    }


def ask(case):
    """Have staff ask something about a deletion that they look at."""
    request = case.requests.get()
    pausing.ask(request, kind="clarification", question="Which one?", actor=as_staff("handler"))
    request.refresh_from_db()
    assert request.state == State.AWAITING_REQUESTER


def refuse(case):
    """Have an officer refuse the deletion of a case."""
    decisions.decide(
        case.requests.get(),
        verdict=Decision.Verdict.REFUSED,
        actor=as_staff("officer", "dora"),
        grounds={"SG": "legal_obligation_retention"},
    )
    return case


def test_a_question_is_shown_and_answered_with_a_file_and_the_request_goes_on(cast, alice):
    case = faces.file(cast.alice, "deletion")
    ask(case)
    there = address(case, "messages/")
    assert there in page(alice.get(address(case, "progress/")))
    assert "Which one?" in page(alice.get(there))
    sent = alice.post(there, {"text": TEXT, "attached": [file(), file("two.txt", b"canary")]})
    assert sent["Location"] == there
    shown = page(alice.get(there))
    for one in ("Your message has been sent.", TEXT, "proof.pdf", "two.txt", "You answered on"):
        assert one in shown
    assert case.requests.get().state == State.IN_REVIEW
    assert "2 messages so far." in page(alice.get(address(case)))
    (first, second) = messages.of(case)
    assert (first["sender"], second["sender"]) == ("staff", "requester")


def test_a_file_is_fetched_as_its_bytes_say_and_never_shown_as_a_page(case, alice):
    hostile = b"<script>canary</script>"
    name = 'fön"><b>.html'
    alice.post(
        address(case, "messages/"),
        {"text": "<script>canary</script>", "attached": [file(name, hostile)]},
    )
    shown = page(alice.get(address(case, "messages/")))
    assert "<script>canary" not in shown
    assert "&lt;script&gt;canary" in shown
    assert "<b>.html" not in shown
    got = alice.get(address(case, f"files/{Attachment.objects.get().pk}/"))
    assert (got.content, got["Content-Type"]) == (hostile, "text/plain")
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''f%C3%B6n%22%3E")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in got["Cache-Control"]


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ([file("a.exe", b"MZ\x00\x01")], "“a.exe” cannot be sent"),
        ([file("big.pdf", b"%PDF-" + b"0" * MOST_BYTES)], "“big.pdf” cannot be sent"),
        ([file("empty.pdf", b"")], "The submitted file is empty"),
        ([file(f"{n}.pdf") for n in range(MOST_FILES + 1)], "Choose at most five files"),
    ],
    ids=["type", "size", "empty", "number"],
)
def test_a_refused_file_says_so_sends_nothing_and_keeps_what_was_typed(case, alice, refused, why):
    for one in refused:
        one.seek(0)
    answer = alice.post(address(case, "messages/"), {"text": TEXT, "attached": refused})
    assert answer.status_code == 200
    assert why in page(answer)
    assert TEXT in page(answer)
    assert "<title>Error:" in page(answer).replace("\n", "")
    assert not Message.objects.exists()


def test_an_empty_message_is_refused(case, alice):
    answer = alice.post(address(case, "messages/"), {"text": "  "})
    assert "Write what you want to tell us." in page(answer)
    assert not Message.objects.exists()


def test_in_a_case_that_stands_still_the_answer_is_not_taken_and_not_lost(cast, alice):
    case = faces.file(cast.alice, "deletion")
    ask(case)
    freezing.freeze(case)
    answer = alice.post(address(case, "messages/"), {"text": TEXT})
    assert "This case stands still" in page(answer)
    assert TEXT in page(answer)
    assert Message.objects.count() == 1


def test_a_letter_is_fetched_as_pdf_and_its_reading_recorded(case, alice):
    letter = Letter.objects.get(case=case)
    there = address(case, f"letters/{letter.pk}/pdf/")
    assert there in page(alice.get(address(case)))
    before = Entry.objects.filter(tag="letter.read").count()
    got = alice.get(there)
    assert got.content.startswith(b"%PDF-")
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == (f'attachment; filename="{case.reference}-receipt.pdf"')
    assert Entry.objects.filter(tag="letter.read").count() == before + 1


def test_a_closed_request_is_complained_about_and_the_outcome_shown(cast, alice):
    case = refuse(faces.file(cast.alice, "deletion"))
    request = case.requests.get()
    there = address(case, "complain/")
    assert f"{there}?about={request.pk}" in page(alice.get(address(case)))
    form = page(alice.get(there, {"about": str(request.pk)}))
    assert "Delete my data (Refused)" in form
    sent = alice.post(there, {"about": str(request.pk), "text": TEXT}, follow=True)
    assert "We have received your complaint" in page(sent)
    complaint = Complaint.objects.get()
    assert (complaint.request, complaints.read(complaint)) == (request, TEXT)
    assert Letter.objects.filter(case=case, kind="complaint_received").count() == 1
    due = f"{timezone.localtime(complaint.answer_by).day} "
    assert "You will have our answer by" in page(sent)
    assert due in page(sent)
    reception.answer_complaint(
        complaint,
        outcome=Complaint.Outcome.OVERTURNED,
        finding="You are right.",
        reasons=["The reason is gone."],
        actor=as_staff("officer", "otto"),
    )
    shown = page(alice.get(address(case)))
    assert "You are right: we decide anew" in shown
    assert "We answered on" in shown


def test_what_is_looked_at_again_cannot_be_complained_about_twice(cast, alice):
    case = refuse(faces.file(cast.alice, "deletion"))
    said = {"about": str(case.requests.get().pk), "text": TEXT}
    assert alice.post(address(case, "complain/"), said).status_code == 302
    again = alice.post(address(case, "complain/"), said)
    assert again.status_code == 200
    assert Complaint.objects.count() == 1


def test_what_is_open_or_anothers_is_nothing_to_complain_about(cast, alice, case, theirs):
    restricted = faces.file(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "claims"}))
    for pk in (restricted.requests.get().pk, theirs.requests.get().pk):
        answer = alice.post(address(restricted, "complain/"), {"about": str(pk), "text": TEXT})
        assert answer.status_code == 200
    assert not Complaint.objects.exists()
    alice.post(address(restricted, "complain/"), {"about": "case", "text": TEXT})
    assert Complaint.objects.get().request is None


def test_who_came_by_link_writes_sends_fetches_and_complains(done):
    client = by_link(done)
    assert f"{ANSWER}messages/" in page(client.get(ANSWER))
    client.post(f"{ANSWER}messages/", {"text": TEXT, "attached": [file()]})
    places = places_of(done)
    shown = page(client.get(places["messages"][1]))
    assert TEXT in shown
    assert places["file"][1] in shown
    assert client.get(places["file"][1]).content == PDF
    assert client.get(places["pdf"][1]).content.startswith(b"%PDF-")
    about = str(done.requests.get().pk)
    sent = client.post(f"{ANSWER}complain/", {"about": about, "text": TEXT}, follow=True)
    assert sent.request["PATH_INFO"] == ANSWER
    assert "You will have our answer by" in page(sent)
    assert "/privacy/requests/" not in shown + page(client.get(ANSWER)).split("<main")[1]


def test_a_link_without_code_and_an_opened_case_grown_old_show_nothing(done, theirs):
    stranger, grown_old = Client(), by_link(theirs)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        for client in (stranger, grown_old):
            for name in ("messages", "complain"):
                for method in (client.get, client.post):
                    answer = method(places_of(theirs)[name][1], {"text": TEXT, "about": "case"})
                    assert answer["Location"] == ANSWER
            for name in ("file", "pdf"):
                assert client.get(places_of(theirs)[name][1]).status_code == 404
    assert Message.objects.count() == 1
    assert not Complaint.objects.exists()


def test_nothing_is_written_from_another_site(cast, browsing, case):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browsing(cast.alice).cookies
    for rest in ("messages/", "complain/"):
        assert strict.get(address(case, rest)).status_code == 200
        sent = strict.post(address(case, rest), {"text": TEXT, "about": "case"})
        assert sent.status_code == 403
    assert not Message.objects.exists()
    assert not Complaint.objects.exists()


def test_very_many_messages_are_slowed(case, alice, settings):
    settings.ACCOUNT_RATE_LIMITS = {"dsar_writing": "2/h/key"}
    there = address(case, "messages/")
    codes = [alice.post(there, {"text": TEXT}).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert Message.objects.count() == 2


def test_what_was_destroyed_says_so(theirs, bob):
    assert bob.get(address(theirs, "messages/")).status_code == 200
    places = places_of(theirs)
    box.destroy(theirs.key)
    for name in ("messages", "file", "pdf"):
        gone = bob.get(places[name][0])
        assert gone.status_code == 410
        assert "no longer kept" in page(gone)


def test_a_long_thread_costs_no_more_statements_than_a_short_one(cast, case, alice):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(address(case, "messages/")).status_code == 200
        return len(asked)

    def write():
        sent = [File(name="one.pdf", content=PDF)]
        messages.reply(case, text=TEXT, actor=as_requester(cast.alice), attached=sent)

    write()
    short = statements()
    for _ in range(5):
        write()
    assert statements() == short <= 10
