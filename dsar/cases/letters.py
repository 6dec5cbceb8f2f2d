"""Letters to the requester: written complete, sealed, readable in the portal; mail only says that there is news."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from dsar import conf
from dsar.cases import contents, variants
from dsar.cases.joined import transaction_of_caller
from dsar.cases.models import Case, Letter, Request
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping


class LetterIncompleteError(Exception):
    """The letter lacks something that the law demands in it."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{self.__doc__} Missing: {', '.join(missing)}.")
        self.missing = missing


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A letter as a page and as plain text."""

    html: str
    text: str


def write(
    about: Request | Case, *, kind: Letter.Kind, content: Mapping[str, Any], closing: bool = False
) -> Letter:
    """Write a letter, put it in the portal, and have the notice of it mailed after the commit.

    `content` holds what the request's own right demands; reference, dates, laws, contacts and remedies are added.
    A letter about a request answers it, which stops its clock (R49). Raises LetterIncompleteError.
    `closing` says that the caller closes the request in the same transaction, and writes the time of its answer there.
    """
    request = about if isinstance(about, Request) else None
    case = about.case if isinstance(about, Request) else about
    said = contents.common(case, request, kind=kind) | dict(content)
    if missing := contents.missing(
        said, kind=kind, variant=variants.of(request) if request else ""
    ):
        raise LetterIncompleteError(missing)
    with effect("letter.write"), transaction_of_caller():
        letter = _store(case, request, kind=kind, said=said)
        if request is not None and not closing:
            Request.objects.filter(pk=request.pk).update(answered_at=letter.written_at)
        outbox.wake("dsar.mail_notice", str(letter.pk), queue="notifications")
    return letter


def read(letter: Letter) -> dict[str, Any]:
    """The letter's data; raises KeyDestroyedError when the case content is gone."""
    said: dict[str, Any] = json.loads(box.unseal(letter.case.key, letter.content))
    return said


def render(letter: Letter) -> Rendered:
    """The letter as the person sees it; the same letter gives the same text."""
    said = read(letter)
    variant = variants.of(letter.request) if letter.request else ""
    context = {
        "letter": said,
        "title": contents.title(letter.kind, variant=variant),
        "sections": contents.sections(said, kind=letter.kind, variant=variant),
        "organisation": conf.get("ORGANISATION"),
        "language": letter.case.language,
    }
    return Rendered(
        html=render_to_string("dsar/letters/letter.html", context),
        text=render_to_string("dsar/letters/letter.txt", context),
    )


def read_out(letter: Letter) -> Rendered:
    """The letter for its person; that it was read is recorded."""
    rendered = render(letter)
    with effect("letter.read"), transaction_of_caller():
        log.append(Tag.LETTER_READ, request=letter.request_id, letter=str(letter.pk))
    return rendered


def _store(
    case: Case, request: Request | None, *, kind: Letter.Kind, said: dict[str, Any]
) -> Letter:
    plain = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False)
    letter = Letter.objects.create(
        case=case,
        request=request,
        kind=kind,
        content=box.seal(case.key, plain.encode()),
        written_at=timezone.now(),
    )
    if request is not None:
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
