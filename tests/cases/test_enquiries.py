"""Questions and reports of errors: taken in from anybody, sealed, answered once by letter, and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsar.cases import complaints, ending, enquiries, letters, notices
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.enquiries import EnquiryError
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Letter
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

ASKED = "Which canary do you keep?"


def filed(subject: AbstractBaseUser | None = None, **more: Any) -> Enquiry:
    said: dict[str, Any] = {
        "kind": Enquiry.Kind.QUESTION,
        "text": ASKED,
        "contact": "fay@example.com",
        "subject": subject,
        "actor": Actor(kind=ActorKind.REQUESTER, user=subject),
        "channel": Case.Channel.PORTAL,
        "language": "en",
    }
    return enquiries.file(**said | more)


def entries(tag: Tag) -> list[str]:
    return [one.canonical for one in Entry.objects.filter(tag=tag)]


def test_a_question_is_sealed_acknowledged_and_no_request(alice: AbstractBaseUser) -> None:
    enquiry = filed(alice)
    assert b"canary" not in bytes(enquiry.text)
    assert enquiries.read(enquiry) == ASKED
    assert not enquiry.case.requests.exists()
    letter = Letter.objects.get(case=enquiry.case)
    assert letter.kind == Letter.Kind.ENQUIRY_RECEIVED
    assert enquiry.case.reference in letters.render(letter).text
    (entry,) = entries(Tag.ENQUIRY_FILED)
    assert "canary" not in entry
    assert "fay@" not in entry


def test_an_answer_is_a_letter_of_which_mail_says_nothing(dora: Actor, carol: Actor) -> None:
    enquiry = filed()
    with pytest.raises(NotPermittedError):
        enquiries.answer(enquiry, text="None.", actor=carol)
    enquiries.answer(enquiry, text="A yellow one.", actor=dora)
    with pytest.raises(EnquiryError):
        enquiries.answer(enquiry, text="A red one.", actor=dora)
    letter = Letter.objects.get(case=enquiry.case, kind=Letter.Kind.ENQUIRY_ANSWER)
    assert "A yellow one." in letters.render(letter).text
    assert notices.send(str(letter.pk))
    (sent,) = mail.outbox
    assert sent.to == ["fay@example.com"]
    assert "yellow" not in sent.body
    (entry,) = entries(Tag.ENQUIRY_ANSWERED)
    assert "yellow" not in entry


@pytest.mark.parametrize("wrong", [{"text": " "}, {"text": "x" * 10_001}, {"contact": " "}])
def test_what_says_nothing_or_leads_nowhere_is_not_taken(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(EnquiryError):
        filed(**wrong)
    assert not Case.objects.exists()


def test_the_date_counts_from_the_arrival_which_has_come(dora: Actor) -> None:
    arrived = timezone.now() - timedelta(days=3)
    enquiry = filed(actor=dora, channel=Case.Channel.POST, received_at=arrived, contact="7 Lane")
    assert enquiry.answer_by == arrived + timedelta(days=enquiries.ANSWER_DAYS)
    assert enquiry.case.reply_channel == "post"
    with pytest.raises(EnquiryError):
        filed(received_at=timezone.now() + timedelta(hours=1))


def test_a_case_without_requests_ends_with_its_answer(dora: Actor) -> None:
    """A question and a complaint of somebody who asked for nothing: neither is kept for ever (R158)."""
    asked, other = filed(), filed()
    complaint = complaints.file_alone(
        subject_id=None,
        contact="gus@example.com",
        text="No.",
        actor=dora,
        channel="phone",
        language="en",
    )
    enquiries.answer(asked, text="So.", actor=dora)
    ending.note()
    ended = dict(Case.objects.values_list("pk", "ended_at"))
    asked.refresh_from_db()
    assert ended == {asked.case_id: asked.answered_at, other.case_id: None, complaint.case_id: None}
