"""Letters to the requester: written complete, sealed, readable in the portal; mail only says that there is news."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from dsar.cases import composing, contents, printing, variants, wording
from dsar.cases.joined import transaction_of_caller
from dsar.cases.models import Case, Letter, Request
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.cases.printing import Rendered


class LetterIncompleteError(Exception):
    """The letter lacks something that the law demands in it."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{self.__doc__} Missing: {', '.join(missing)}.")
        self.missing = missing


class LetterForbiddenError(Exception):
    """The letter says something that it must not say to this person."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(f"{self.__doc__} Found: {', '.join(found)}.")
        self.found = found


def write(
    about: Request | Case, *, kind: Letter.Kind, content: Mapping[str, Any], closing: bool = False
) -> Letter:
    """Write a letter, put it in the portal, and have the notice of it mailed after the commit.

    `content` holds what the request's own right demands; reference, dates, laws, contacts and remedies are added.
    An answer, a refusal and the like stop the request's clock (R49); a question or an extension does not.
    `closing` says that the caller closes the request in the same transaction, and writes the time of its answer there.
    Raises LetterIncompleteError and LetterForbiddenError, and then nothing is written.
    """
    request = about if isinstance(about, Request) else None
    case = about.case if isinstance(about, Request) else about
    said = _said(case, request, kind=kind, content=content)
    with effect("letter.write"), transaction_of_caller():
        letter = _store(case, request, kind=kind, said=said)
        if request is not None and kind in Letter.ANSWERS and not closing:
            Request.objects.filter(pk=request.pk).update(answered_at=letter.written_at)
        outbox.wake("dsar.mail_notice", str(letter.pk), queue="notifications")
    return letter


def _said(
    case: Case, request: Request | None, *, kind: Letter.Kind, content: Mapping[str, Any]
) -> dict[str, Any]:
    """The letter's data, complete and lawful."""
    said = contents.lawful(
        contents.common(case, request, kind=kind) | dict(content),
        regimes=case.regimes,
        language=case.language,
    )
    variant = variants.of(request) if request else ""
    if missing := contents.missing(said, kind=kind, variant=variant, regimes=case.regimes):
        raise LetterIncompleteError(missing)
    if found := contents.forbidden(said, kind=kind, regimes=case.regimes):
        raise LetterForbiddenError(found)
    return said


def read(letter: Letter) -> dict[str, Any]:
    """The letter's data; raises KeyDestroyedError when the case content is gone."""
    said: dict[str, Any] = json.loads(box.unseal(letter.case.key, letter.content))
    return said


def render(letter: Letter) -> Rendered:
    """The letter as a page and as text; the same letter gives the same bytes."""
    return printing.as_page(_composed(letter), version=letter.template)


def as_pdf(letter: Letter) -> bytes:
    """The letter as PDF/UA; the same letter gives the same bytes."""
    return printing.as_pdf(_composed(letter), version=letter.template)


def _composed(letter: Letter) -> composing.Document:
    return composing.compose(
        read(letter),
        kind=letter.kind,
        variant=variants.of(letter.request) if letter.request else "",
        regimes=letter.case.regimes,
        language=letter.case.language,
        version=letter.template,
    )


def read_out(letter: Letter) -> Rendered:
    """The letter for its person; that it was read is recorded."""
    rendered = render(letter)
    _note_reading(letter)
    return rendered


def hand_out(letter: Letter) -> bytes:
    """The letter as PDF for its person; that it was read is recorded."""
    made = as_pdf(letter)
    _note_reading(letter)
    return made


def _note_reading(letter: Letter) -> None:
    with effect("letter.read"), transaction_of_caller():
        log.append(Tag.LETTER_READ, request=letter.request_id, letter=str(letter.pk))


def _store(
    case: Case, request: Request | None, *, kind: Letter.Kind, said: dict[str, Any]
) -> Letter:
    plain = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False)
    letter = Letter.objects.create(
        case=case,
        request=request,
        kind=kind,
        number=_next_number(case, request, kind=kind),
        template=wording.VERSION,
        content=box.seal(case.key, plain.encode()),
        written_at=timezone.now(),
    )
    if request is not None and kind in Letter.ANSWERS:
        request.answered_at = letter.written_at
    log.append(
        Tag.LETTER_WRITTEN,
        request=request.pk if request else None,
        case=str(case.pk),
        letter=str(letter.pk),
        kind=str(kind),
        content=box.digest(case.key, plain),
    )
    return letter


def _next_number(case: Case, request: Request | None, *, kind: Letter.Kind) -> int:
    """A second one of a kind that is written once meets the table's constraint."""
    if kind in Letter.ONCE:
        return 1
    return Letter.objects.filter(case=case, request=request, kind=kind).count() + 1
