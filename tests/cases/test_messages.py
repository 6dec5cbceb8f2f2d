"""Staff ask, the requester answers: sealed in the case, with a letter, and the request waits no longer than it must."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsar.cases import files, letters, messages, notices, pausing
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.files import File, FileRefusedError
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.message_models import Attachment, Message
from dsar.cases.messages import MessageError
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.ledger import log
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

QUESTION = "Which of your two canary accounts do you mean?"
PDF = b"%PDF-1.7 canary"


def ask(request: Request, *, actor: Actor, question: str = QUESTION) -> None:
    pausing.ask(request, kind="clarification", question=question, actor=actor)


@pytest.fixture
def waiting(alice: AbstractBaseUser, dora: Actor) -> Request:
    """A deletion of Alice's about which Dora asked something."""
    request = cast.route(cast.request_of(alice, Right.DELETION))
    ask(request, actor=dora)
    return request


def test_a_question_is_a_letter_and_stops_no_answer_clock(waiting: Request) -> None:
    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_at) == (State.AWAITING_REQUESTER, None)
    said = letters.read(Letter.objects.get(request=waiting, kind=Letter.Kind.CLARIFICATION))
    assert said["needed"] == [QUESTION]
    assert said["why"]
    assert said["deadline"]


def test_what_is_written_stands_nowhere_in_the_clear(waiting: Request) -> None:
    messages.reply(
        waiting.case,
        text="The canary one.",
        actor=Actor(kind=ActorKind.REQUESTER, case=waiting.case_id),
        attached=[File(name="canary.pdf", content=PDF)],
    )
    for row in [
        *Message.objects.values_list("text"),
        *Attachment.objects.values_list("name", "content"),
    ]:
        assert not any(b"canary" in bytes(value) for value in row)
    assert "canary" not in str([one.canonical for one in log.entries(waiting.pk)])


def test_the_mail_says_only_that_something_waits(waiting: Request) -> None:
    letter = Letter.objects.get(request=waiting, kind=Letter.Kind.CLARIFICATION)
    notices.send(str(letter.pk))
    (sent,) = mail.outbox
    assert "canary" not in f"{sent.subject}{sent.body}"


def test_an_answer_lets_the_request_go_on_and_is_read_by_staff(
    waiting: Request, alice: AbstractBaseUser
) -> None:
    messages.reply(
        waiting.case,
        text="The second.",
        actor=cast.requester(alice),
        attached=[File(name="C:\\me\\proof.pdf", content=PDF)],
    )
    waiting.refresh_from_db()
    assert waiting.state == State.IN_REVIEW
    asked, answered = messages.of(waiting.case)
    assert (asked["text"], asked["sender"]) == (QUESTION, "staff")
    assert asked["answered_at"] == answered["written_at"]
    (file,) = answered["attachments"]
    assert (file["name"], file["media_type"], file["size"]) == (
        "proof.pdf",
        "application/pdf",
        len(PDF),
    )
    assert messages.attachment(waiting.case, file["id"]) == ("proof.pdf", "application/pdf", PDF)


def test_nobody_else_answers_or_asks(waiting: Request, bob: AbstractBaseUser, carol: Actor) -> None:
    for actor in (cast.requester(bob), carol):
        with pytest.raises(NotPermittedError):
            messages.reply(waiting.case, text="Me.", actor=actor)
    other = cast.route(cast.request_of(bob, Right.DELETION))
    with pytest.raises(NotPermittedError):
        ask(other, actor=carol)
    assert Message.objects.count() == 1


def test_a_second_question_is_a_second_letter(
    waiting: Request, alice: AbstractBaseUser, dora: Actor
) -> None:
    messages.reply(waiting.case, text="The second.", actor=cast.requester(alice))
    ask(waiting, actor=dora, question="And which order?")
    numbers = waiting.letters.filter(kind=Letter.Kind.CLARIFICATION).values_list(
        "number", flat=True
    )
    assert sorted(numbers) == [1, 2]


def test_silence_brings_the_request_back_when_the_time_is_over(waiting: Request) -> None:
    assert messages.let_go_on() == 0
    Message.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    assert messages.let_go_on() == 1
    waiting.refresh_from_db()
    assert waiting.state == State.IN_REVIEW
    assert messages.let_go_on() == 0


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_message_says_something_and_not_too_much(
    waiting: Request, alice: AbstractBaseUser, text: str
) -> None:
    with pytest.raises(MessageError):
        messages.reply(waiting.case, text=text, actor=cast.requester(alice))
    waiting.refresh_from_db()
    assert waiting.state == State.AWAITING_REQUESTER


BAD: dict[str, list[Any]] = {
    "a program": [File(name="cv.pdf", content=b"MZ\x90\x00\x03")],
    "an archive": [File(name="cv.pdf", content=b"PK\x03\x04")],
    "a drawing with script": [File(name="a.svg", content=b"\xfe\xff<svg/>")],
    "nothing": [File(name="a.txt", content=b"")],
    "too large": [File(name="a.pdf", content=b"%PDF-" + b"0" * files.MOST_BYTES)],
    "too many": [File(name="a.txt", content=b"text")] * (files.MOST_FILES + 1),
}


@pytest.mark.parametrize("bad", BAD)
def test_files_are_few_small_and_what_their_bytes_say(
    waiting: Request, alice: AbstractBaseUser, bad: str
) -> None:
    with pytest.raises(FileRefusedError):
        messages.reply(waiting.case, text="Here.", actor=cast.requester(alice), attached=BAD[bad])
    assert Message.objects.filter(sender=Message.Sender.REQUESTER).count() == 0
