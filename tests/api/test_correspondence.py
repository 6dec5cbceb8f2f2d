"""Questions, answers with files, and complaints over the API: logged in, by link and code, and at the desk."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from dsar.cases import links, notices
from dsar.cases.models import Case, Letter, Link, Request
from dsar.cases.states import State

PDF = b"%PDF-1.7 canary"


@pytest.fixture
def asked(alice, staff, file):
    """The reference of Alice's case, about which a handler asked something."""
    reference = file(alice, "deletion")["reference"]
    address = f"/api/v1/staff/requests/{Request.objects.get().pk}/ask"
    assert (
        staff("handler").post(address, {"question": "Which one?"}, format="json").status_code == 200
    )
    return reference


def _messages(reference):
    return f"/api/v1/cases/{reference}/messages"


def _by_link(case):
    """The headers that a mailed link and a freshly mailed code make."""
    token = links.make(case).rpartition("/")[2]
    links.ask_for_code(token)
    mail.outbox.clear()
    assert notices.send_code(Link.objects.latest("pk").pk)
    (sent,) = mail.outbox
    code = next(word for word in sent.body.split() if word.isdigit() and len(word) == 8)
    return {"HTTP_X_LINK_TOKEN": token, "HTTP_X_LINK_CODE": code}


def test_a_person_answers_with_a_file_and_the_desk_reads_it(alice, bob, staff, asked):
    (question,) = alice.get(_messages(asked)).json()
    assert (question["text"], question["sender"]) == ("Which one?", "staff")
    file = SimpleUploadedFile("proof.pdf", PDF, "text/html")
    sent = alice.post(_messages(asked), {"text": "This.", "files": [file]}, format="multipart")
    assert sent.status_code == 201, sent.content
    request = Request.objects.get()
    assert request.state == State.IN_REVIEW
    (attached,) = sent.json()["attachments"]
    assert attached["media_type"] == "application/pdf"
    place = f"attachments/{attached['id']}"
    handler = staff("handler", "second")
    at_desk = f"/api/v1/staff/requests/{request.pk}"
    assert [one["text"] for one in handler.get(f"{at_desk}/messages").json()] == [
        "Which one?",
        "This.",
    ]
    for got in (alice.get(f"/api/v1/cases/{asked}/{place}"), handler.get(f"{at_desk}/{place}")):
        assert (got.content, got["Content-Type"]) == (PDF, "application/pdf")
        assert (got["Content-Disposition"], got["X-Content-Type-Options"]) == (
            "attachment",
            "nosniff",
        )
    assert bob.get(f"/api/v1/cases/{asked}/{place}").status_code == 404
    assert bob.post(_messages(asked), {"text": "Me."}, format="json").status_code == 404


def test_a_file_that_is_something_else_is_turned_away(alice, asked):
    file = SimpleUploadedFile("cv.pdf", b"MZ\x90\x00", "application/pdf")
    sent = alice.post(_messages(asked), {"text": "This.", "files": [file]}, format="multipart")
    assert sent.status_code == 422
    assert Request.objects.get().state == State.AWAITING_REQUESTER


def test_who_has_no_account_answers_and_complains_by_link_and_code(calling, asked):
    case = Case.objects.select_related("key").get(reference=asked)
    client, said = calling(), {"text": "This one."}
    once = _by_link(case)
    assert client.post("/api/v1/answer/messages", said, format="json", **once).status_code == 201
    assert Request.objects.get().state == State.IN_REVIEW
    again = client.post("/api/v1/answer/messages", said, format="json", **once)
    assert again.status_code >= 400
    filed = client.post("/api/v1/answer/complaints", said, format="json", **_by_link(case))
    assert filed.status_code == 201, filed.content
    assert client.post("/api/v1/answer/complaints", said, format="json").status_code == 400


def test_a_complaint_goes_to_somebody_else_and_opens_the_request_again(alice, staff, file):
    reference = file(alice, "deletion")["reference"]
    request, dora = Request.objects.get(), staff("officer", "dora")
    address = f"/api/v1/staff/requests/{request.pk}"
    shown = dora.post(f"{address}/preview").json()["digest"]
    refusal = {"verdict": "refused", "shown": shown, "grounds": {"SG": "legal_claims"}}
    assert dora.post(f"{address}/decide", refusal, format="json").status_code == 200
    said = {"text": "No claim is left.", "request": str(request.pk)}
    filed = alice.post(f"/api/v1/cases/{reference}/complaints", said, format="json")
    assert filed.status_code == 201, filed.content
    assert (
        alice.post(f"/api/v1/cases/{reference}/complaints", said, format="json").status_code == 409
    )
    otto = staff("officer", "otto")
    (waiting,) = otto.get("/api/v1/staff/complaints").json()
    assert waiting["text"] == "No claim is left."
    place = f"/api/v1/staff/complaints/{waiting['id']}"
    assert dora.post(f"{place}/take").status_code == 403
    assert otto.post(f"{place}/take").json()["assigned"]
    found = {"outcome": "overturned", "finding": "You are right.", "reasons": ["The claim ended."]}
    answered = otto.post(f"{place}/answer", found, format="json").json()
    again = Request.objects.get(pk=answered["reopened"])
    assert (again.state, again.round) == (State.IN_REVIEW, 2)
    (told,) = alice.get(f"/api/v1/cases/{reference}/complaints").json()
    assert (told["outcome"], told["reopened"]) == ("overturned", str(again.pk))
    assert Letter.objects.filter(kind="complaint_outcome").count() == 1
    assert otto.get("/api/v1/staff/complaints").json() == []


def test_the_desk_takes_in_a_complaint_of_somebody_without_a_case(cast, staff):
    said = {"text": "Who are you?", "contact": "somebody@example.com", "channel": "post"}
    filed = staff("handler").post("/api/v1/staff/complaints", said, format="json")
    assert filed.status_code == 201, filed.content
    assert Case.objects.get(reference=filed.json()["case"]).requests.count() == 0
