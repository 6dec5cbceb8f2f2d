"""The mail that says there is news, and nothing else: no name, no right, no content (R190, R191)."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dsar import conf
from dsar.cases import confirmations, contents, links, sendings, subjects
from dsar.cases.identity_models import Confirmation
from dsar.cases.models import Letter
from dsar.crashpoints import effect
from dsar.dispatch import mails, outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.tally import counts

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.cases.models import Case, Link

_MOST_ATTEMPTS = 30
_LONGEST_PAUSE = timedelta(hours=6)
_TASK = "dsar.mail_notice"
_OVERDUE = timedelta(minutes=5)
_BATCH = 500

logger = logging.getLogger(__name__)


def send(letter_id: str) -> bool:
    """Mail the notice of a letter once; False where it was sent before or must wait.

    The mark is set after the mail has left: a crash in between sends it again, none loses it. A mail server
    that refuses is tried again later, ever more rarely.
    """
    # Counted in a transaction of its own, so that an attempt that dies is an attempt.
    with effect("notice.count"):
        Letter.objects.filter(pk=letter_id, mailed_at__isnull=True).update(
            mail_attempts=F("mail_attempts") + 1
        )
    with effect("notice.mark"), transaction.atomic():
        letter = _claim(letter_id)
        if letter is None or letter.case.reply_channel == "post" or _is_shredded(letter.case):
            return False
        if not _leaves(letter.case, text=_notice(letter.case)):
            _try_again(letter)
            return False
        letter.mailed_at = timezone.now()
        letter.save(update_fields=["mailed_at"])
        log.append(
            Tag.LETTER_SENT,
            request=letter.request_id,
            case=str(letter.case_id),
            letter=str(letter.pk),
        )
    return True


def sweep() -> int:
    """Wake the notices that a dead worker took with it, and return how many.

    Each waits as a row of the outbox before it is published, so that a crowded queue is not filled with repeats.
    """
    waking = outbox.waking(_TASK)
    lost = [pk for pk in map(str, _unmailed()) if pk not in waking]
    for pk in lost:
        outbox.wake(_TASK, pk, due=timezone.now() + _OVERDUE, queue="notifications")
    return len(lost)


def _unmailed() -> QuerySet[Letter, UUID]:
    letters = Letter.objects.filter(
        mailed_at__isnull=True,
        written_at__lt=timezone.now() - _OVERDUE,
        mail_attempts__lt=_MOST_ATTEMPTS,
        case__key__wrapped__isnull=False,
        case__reply_channel="email",
    )
    return letters.order_by("written_at").values_list("pk", flat=True)[:_BATCH]


def send_code(link_id: int) -> bool:
    """Mail a fresh code for a link to the address of its case; False where there is none to open."""
    with effect("code.issue"), transaction.atomic():
        issued = links.issue_code(link_id)
        if issued is None:
            return False
        link, code = issued
        return _leaves(link.case, text=_code(link, code=code))


def send_sending_code(pk: str) -> bool:
    """Mail a fresh code that lets a copy go to another service; False where nothing waits for one."""
    with effect("code.issue_for_sending"), transaction.atomic():
        issued = sendings.issue_code(pk)
        if issued is None:
            return False
        sending, code = issued
        return _leaves(sending.request.case, text=_sending_code(sending.request.case, code=code))


_QUESTIONS = {
    "authority": "Somebody asks us about your data in your name. If they may, press the button behind this link:",
    "not_me": "Something is happening on this case. If it was not you who asked, press the button behind this link:",
    "earlier_address": "If it was you who asked, press the button behind this link:",
}


def ask(case: Case, *, to: str, question: str, link: str) -> None:
    """Have a question mailed, once the caller's transaction has committed; nothing of it lies in the broker."""
    text = _signed([_QUESTIONS[question], link, "", "If you know nothing of it, do nothing."])
    transaction.on_commit(lambda: _sent(case, text=text, to=to), robust=True)


def _claim(letter_id: str) -> Letter | None:
    """The letter, unless it was mailed or another worker is mailing it."""
    waiting = Letter.objects.filter(pk=letter_id, mailed_at__isnull=True)
    queue = waiting.select_for_update(of=("self",), skip_locked=True)
    return queue.select_related("case__key").first()


def _is_shredded(case: Case) -> bool:
    """Whether the case's content is gone, and the address that a notice would go to with it."""
    if case.key.wrapped is not None:
        return False
    logger.warning("Case %s has no address any more; nothing is mailed.", case.reference)
    return True


def _leaves(case: Case, *, text: str) -> bool:
    return _sent(case, text=text, to=subjects.contact_of(case))


def _sent(case: Case, *, text: str, to: str) -> bool:
    mail = mails.written(subject=f"News on your case {case.reference}", text=text, to=to)
    try:
        with effect("mail.send"):
            return bool(mail.send())
    except (OSError, SMTPException) as error:
        # The error's own text may repeat the address.
        logger.warning("Mail on case %s did not leave: %s", case.reference, type(error).__name__)
        counts.add(counts.Kind.MAIL_FAILED)
        return False


def _try_again(letter: Letter) -> None:
    if letter.mail_attempts >= _MOST_ATTEMPTS:
        logger.error("The notice of letter %s is given up; tell the person otherwise.", letter.pk)
        return
    pause = min(timedelta(minutes=2 ** min(letter.mail_attempts, 16)), _LONGEST_PAUSE)
    outbox.wake(_TASK, str(letter.pk), due=timezone.now() + pause, queue="notifications")


def _notice(case: Case) -> str:
    lines = [f"There is news on your case {case.reference}.", "", _way_in(case)]
    return _signed(lines)


def _way_in(case: Case) -> str:
    """Log in, or the mailed link where there is no account (any more) to log in to."""
    if confirmations.is_wanted(case):
        link = confirmations.make(case, Confirmation.Kind.ADDRESS)
        return f"Please confirm that this is your address, by the button behind this link:\n{link}"
    if _has_account(case):
        return "Please log in to read it."
    link = links.make(case)
    return f"You can read it here; we will mail you a code to open it:\n{link}"


def _has_account(case: Case) -> bool:
    users = get_user_model()._default_manager  # noqa: SLF001 - Django's documented way to any user model.
    return users.filter(pk=case.subject_id, is_active=True).exists() if case.subject_id else False


def _code(link: Link, *, code: str) -> str:
    return _signed([f"Your code for case {link.case.reference}: {code}", "", _for_a_while()])


def _sending_code(case: Case, *, code: str) -> str:
    """It must not be taken for the code that opens an answer: this one hands data to somebody else."""
    lines = [
        f"Your code to have your copy of case {case.reference} sent to another service: {code}",
        "",
        _for_a_while(),
        "Give it to nobody. It is needed only on the page of your case.",
    ]
    return _signed(lines)


def _for_a_while() -> str:
    minutes = conf.get("CODE_SECONDS") // 60
    return f"It works once, for {minutes} minutes. If you did not ask for it, do nothing."


def _signed(lines: list[str]) -> str:
    return "\n".join([*lines, "", contents.contact()])
