"""Letters say what the law demands, and mail says nothing."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from dsar import tasks
from dsar.cases import contents, decisions, letters, notices, withdrawal, wording
from dsar.cases.letters import LetterIncompleteError
from dsar.cases.lifecycle import TransitionError
from dsar.cases.models import Case, Decision, Letter
from dsar.cases.states import Right
from dsar.dispatch.models import Wake
from dsar.keys import box
from dsar.law import contents as law
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

ANSWERS = {
    "access": (Right.ACCESS, {}, cast.ACCESS_ANSWER),
    "portability": (
        Right.PORTABILITY,
        {},
        {
            "outcome": "fulfilled",
            "confirmation": "Yes.",
            "package": {"file": "copy.zip", "available_until": "2026-12-24"},
            "format": "JSON",
            "out_of_scope": [],
        },
    ),
    "deletion": (Right.DELETION, {}, cast.DELETION_ANSWER),
    "restriction": (
        Right.RESTRICTION,
        {"ground": "unlawful"},
        {"outcome": "fulfilled", "starts_at": "today", "covers": ["All use"], "recipients": []},
    ),
    "consent_withdrawal": (
        Right.CONSENT_WITHDRAWAL,
        {"purposes": ["test_newsletter"]},
        {
            "outcome": "fulfilled",
            "purposes": ["Newsletter"],
            "consequences": ["No more news."],
            "effective_at": "today",
            "processors": [],
        },
    ),
    "objection_marketing": (
        Right.OBJECTION,
        {"objection": "marketing"},
        {"outcome": "fulfilled", "purposes": ["Newsletter"], "effective_at": "today"},
    ),
}
HEADINGS = wording.words("en")["headings"]


def owed(name: str) -> tuple[str, ...]:
    return law.owed("answer", variant=name).parts(["SG"])


@pytest.mark.parametrize("name", ANSWERS)
def test_complete_answers_show_every_part(alice: AbstractBaseUser, name: str) -> None:
    right, scope, content = ANSWERS[name]
    letter = cast.answer(cast.request_of(alice, right, scope=scope), **content)
    rendered = letters.render(letter)
    for part in owed(name):
        assert HEADINGS[part] in rendered.text
        assert HEADINGS[part] in unescape(rendered.html)


@pytest.mark.parametrize("heading", contents.INFORMATION)
def test_access_owes_each_heading_of_article_15(alice: AbstractBaseUser, heading: str) -> None:
    information = {**cast.ACCESS_ANSWER["information"]}
    del information[heading]
    request = cast.request_of(alice, Right.ACCESS)
    with pytest.raises(LetterIncompleteError) as caught:
        cast.answer(request, **cast.ACCESS_ANSWER | {"information": information})
    assert caught.value.missing == [f"information.{heading}"]


def test_the_receipt_says_what_is_owed(alice: AbstractBaseUser) -> None:
    case = cast.request_of(alice, Right.ACCESS, residence="DE").case
    said = letters.read(Letter.objects.get(case=case))
    assert set(law.owed("receipt", variant="").parts(case.regimes)) <= set(said)
    assert said["reference"] == case.reference
    assert len(said["regimes"]) == 2
    assert said["rights"][0]["answer_expected_by"]


def test_a_refusal_gives_ground_authority_and_court_of_every_law(
    alice: AbstractBaseUser, dora: Actor
) -> None:
    request = cast.route(cast.request_of(alice, Right.DELETION, residence="DE"))
    decisions.decide(
        request,
        verdict=Decision.Verdict.REFUSED,
        actor=dora,
        grounds={"EU": "legal_claims", "SG": "legal_obligation_retention"},
        reason="Canary: the file is with counsel",
    )
    letter = Letter.objects.get(request=request, kind=Letter.Kind.REFUSAL)
    text = letters.render(letter).text
    for said in ("GDPR Art. 17(3)(e)", "Companies Act", "Art. 77", "PDPC", "courts of Singapore"):
        assert said in text
    assert "Canary" not in text


def test_a_refusal_without_reasons_is_not_written(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.DELETION)
    with pytest.raises(LetterIncompleteError, match="reasons"):
        letters.write(request, kind=Letter.Kind.REFUSAL, content={})


def test_deletion_letters_speak_of_backups_and_of_what_is_kept(alice: AbstractBaseUser) -> None:
    letter = cast.answer(cast.request_of(alice, Right.DELETION), **cast.DELETION_ANSWER)
    text = letters.render(letter).text
    assert "Backups" in text
    assert "We keep a record of this request" in text
    assert "Kind of record: Loans; Deleted: 3" in text


def test_letters_are_sealed_and_die_with_the_case_key(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.DELETION)
    letter = cast.answer(request, **cast.DELETION_ANSWER | {"receipts": ["Canary"]})
    assert b"Canary" not in bytes(letter.content)
    assert "Canary" in str(letters.read(letter))
    box.destroy(letter.case.key)
    with pytest.raises(box.KeyDestroyedError):
        letters.read(letter)


def test_a_letter_is_written_once(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.DELETION)
    cast.answer(request, **cast.DELETION_ANSWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.answer(request, **cast.DELETION_ANSWER)


def test_names_that_look_like_markup_stay_text(alice: AbstractBaseUser) -> None:
    nasty = "<script>alert(1)</script>"
    request = cast.request_of(alice, Right.DELETION)
    letter = cast.answer(request, **cast.DELETION_ANSWER | {"receipts": [nasty]})
    rendered = letters.render(letter)
    assert nasty not in rendered.html
    assert nasty in rendered.text


def test_the_notice_says_only_that_there_is_news(alice: AbstractBaseUser) -> None:
    case = cast.request_of(alice, Right.DELETION).case
    letter = Letter.objects.get(case=case)
    tasks.mail_notice(str(letter.pk))
    (sent,) = mail.outbox
    assert sent.to == [cast.CONTACT]
    assert case.reference in sent.subject
    for telling in ("alice", "deletion", "delete", "canary"):
        assert telling not in f"{sent.subject} {sent.body}".casefold()
    letter.refresh_from_db()
    assert letter.mailed_at is not None
    assert Entry.objects.filter(tag=Tag.LETTER_SENT).count() == 1


def test_a_notice_is_mailed_once(alice: AbstractBaseUser) -> None:
    letter = Letter.objects.get(case=cast.request_of(alice, Right.ACCESS).case)
    assert notices.send(str(letter.pk))
    assert not notices.send(str(letter.pk))
    assert len(mail.outbox) == 1


def test_mail_that_does_not_leave_is_tried_again_later(
    alice: AbstractBaseUser, monkeypatch
) -> None:
    letter = Letter.objects.get(case=cast.request_of(alice, Right.ACCESS).case)
    Wake.objects.all().delete()

    def refuse(*_: object):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert not notices.send(str(letter.pk))
    letter.refresh_from_db()
    assert (letter.mailed_at, letter.mail_attempts) == (None, 1)
    wake = Wake.objects.get(task="dsar.mail_notice")
    assert wake.due_at > wake.created_at
    assert notices.send(str(letter.pk))


def test_a_notice_that_died_with_its_worker_is_woken_again_once(alice: AbstractBaseUser) -> None:
    letter = Letter.objects.get(case=cast.request_of(alice, Right.ACCESS).case)
    Wake.objects.all().delete()
    assert notices.sweep() == 0
    Letter.objects.update(written_at=letter.written_at - timedelta(minutes=6))
    assert notices.sweep() == 1
    assert notices.sweep() == 0
    assert Wake.objects.get().arguments == [str(letter.pk)]
    Wake.objects.all().delete()
    notices.send(str(letter.pk))
    assert notices.sweep() == 0


def test_after_shredding_nothing_is_mailed_and_nothing_claims_it_was(
    alice: AbstractBaseUser,
) -> None:
    letter = Letter.objects.get(case=cast.request_of(alice, Right.ACCESS).case)
    box.destroy(letter.case.key)
    assert not notices.send(str(letter.pk))
    assert mail.outbox == []
    assert not Entry.objects.filter(tag=Tag.LETTER_SENT).exists()


def test_a_crash_after_the_mail_left_sends_it_again(alice: AbstractBaseUser, monkeypatch) -> None:
    letter = Letter.objects.get(case=cast.request_of(alice, Right.ACCESS).case)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(log, "append", die)
        notices.send(str(letter.pk))
    letter.refresh_from_db()
    assert (letter.mailed_at, letter.mail_attempts) == (None, 1)
    assert notices.send(str(letter.pk))
    assert len(mail.outbox) == 2


def test_withdrawing_is_confirmed_in_writing(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    withdrawal.withdraw(request, actor=cast.requester(alice))
    said = letters.read(Letter.objects.get(request=request))
    assert set(law.owed("withdrawn", variant="").parts(["SG"])) <= set(said)


def test_withdrawing_twice_writes_one_letter_and_says_that_it_is_closed(
    alice: AbstractBaseUser,
) -> None:
    request = cast.request_of(alice, Right.ACCESS)
    withdrawal.withdraw(request, actor=cast.requester(alice))
    with pytest.raises(TransitionError):
        withdrawal.withdraw(request, actor=cast.requester(alice))
    assert Letter.objects.filter(request=request, kind="withdrawn").count() == 1


def test_writing_an_answer_stops_the_clock(alice: AbstractBaseUser) -> None:
    request = cast.request_of(alice, Right.DELETION)
    assert request.answered_at is None
    letter = cast.answer(request, **cast.DELETION_ANSWER)
    request.refresh_from_db()
    assert request.answered_at == letter.written_at
    assert Tag.LETTER_WRITTEN in [entry.tag for entry in log.entries(request.pk)]


def test_a_case_has_one_receipt(alice: AbstractBaseUser) -> None:
    case = Case.objects.get(pk=cast.request_of(alice, Right.ACCESS).case_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        letters.write(case, kind=Letter.Kind.RECEIPT, content={"rights": ["access"]})
