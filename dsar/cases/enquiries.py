"""What is asked without asking for a right: taken in from anybody, acknowledged at once, answered by letter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import deadlines, letters, permissions, wording
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Case, Letter
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import policies

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

LONGEST = 10_000
ANSWER_DAYS = 30
"""What the house promises; no law says how soon a question is answered."""


class EnquiryError(MoveError):
    """An enquiry says something, where its answer should go and when it arrived, and is answered once."""


@effect("enquiry.file")
@transaction.atomic
def file(  # noqa: PLR0913 - all that a case without a request needs.
    *,
    kind: Enquiry.Kind,
    text: str,
    contact: str,
    actor: Actor,
    channel: str,
    language: str,
    subject: AbstractBaseUser | None = None,
    received_at: datetime | None = None,
) -> Enquiry:
    """Take an enquiry in and say so by letter; it costs the same whoever asks. Raises EnquiryError."""
    now = timezone.now()
    arrived = received_at or now
    if not _is_said(text) or not contact.strip() or arrived > now:
        raise EnquiryError
    key = box.create(Key.Kind.CASE)
    case = Case.objects.create(
        subject_id=subject.pk if subject else None,
        subject_relation="customer" if subject else "enquirer",
        channel=channel,
        language=language,
        regimes=list(deadlines.attached("", received_at=arrived)),
        received_at=arrived,
        policy_version=policies.version_in_force(arrived),
        reply_channel="email" if "@" in contact else "post",
        key=key,
        contact=box.seal(key, contact.strip().encode()),
    )
    enquiry = Enquiry.objects.create(
        case=case,
        kind=kind,
        text=box.seal(key, text.strip().encode()),
        answer_by=arrived + timedelta(days=ANSWER_DAYS),
    )
    _witness_filing(enquiry, text=text.strip(), actor=actor)
    by = wording.day(enquiry.answer_by, language=case.language)
    letters.write(case, kind=Letter.Kind.ENQUIRY_RECEIVED, content={"expected_by": by})
    return enquiry


def read(enquiry: Enquiry) -> str:
    """What the person wrote; raises KeyDestroyedError when the case content is gone."""
    return box.unseal(enquiry.case.key, enquiry.text).decode()


@effect("enquiry.look")
@transaction.atomic
def look(enquiry: Enquiry, *, actor: Actor) -> None:
    """Record that somebody looked at it (R192)."""
    _witness(Tag.ENQUIRY_VIEWED, enquiry, actor=actor)


@effect("enquiry.answer")
@transaction.atomic
def answer(enquiry: Enquiry, *, text: str, actor: Actor) -> Enquiry:
    """Answer by letter, once; raises NotPermittedError and EnquiryError."""
    if not actor.may(permissions.HANDLE):
        raise NotPermittedError
    queue = Enquiry.objects.select_for_update(of=("self",)).select_related("case__key")
    found = queue.get(pk=enquiry.pk)
    if found.answered_at is not None or not _is_said(text):
        raise EnquiryError
    letters.write(found.case, kind=Letter.Kind.ENQUIRY_ANSWER, content={"reply": text.strip()})
    found.answered_at, found.answered_by = timezone.now(), actor.user
    found.save(update_fields=["answered_at", "answered_by"])
    # Its end is told as a request's is, so that both are read alike.
    moved = {"from": "open", "to": "closed", "outcome": "answered"}
    _witness(Tag.ENQUIRY_ANSWERED, found, actor=actor, **moved)
    return found


def _is_said(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST


def _witness_filing(enquiry: Enquiry, *, text: str, actor: Actor) -> None:
    case = enquiry.case
    _witness(
        Tag.ENQUIRY_FILED,
        enquiry,
        actor=actor,
        reference=case.reference,
        relation=case.subject_relation,
        right="enquiry",
        kind=str(enquiry.kind),
        channel=str(case.channel),
        regimes=list(case.regimes),
        rules=[],
        received=case.received_at.isoformat(),
        start=deadlines.day_of(case.received_at).isoformat(),
        strict=deadlines.day_of(enquiry.answer_by).isoformat(),
        content=box.digest(case.key, text),
    )


def _witness(tag: Tag, enquiry: Enquiry, *, actor: Actor, **detail: Any) -> None:
    case = enquiry.case
    log.append(tag, request=enquiry.pk, case=str(case.pk), **detail, **actor.witnessed(case))
