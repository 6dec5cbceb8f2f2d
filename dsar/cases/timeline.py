"""What happened to a request, in words for the person it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from django_stubs_ext import StrOrPromise

    from dsar.cases.models import Request
    from dsar.ledger.models import Entry


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened, when, in plain words."""

    at: datetime
    what: str


_CLOSINGS: dict[str, StrOrPromise] = {
    "refused": _("We refused your request; the letter says why."),
    "identity_not_verified": _("We could not establish who you are and closed the request."),
    "forwarded_to_controller": _(
        "We handed your request to the organisation responsible for the data."
    ),
    "duplicate": _("We closed this request because another one asks for the same."),
    "spam": _("We closed this request."),
    "not_a_rights_request": _("We closed this request; the letter says why."),
}

_ENDS_OF_A_COPY: dict[str, StrOrPromise] = {
    "expired": _("Your copy has expired."),
    "fetched_out": _("Your copy was fetched as often as it may be."),
    "nothing_held": _("What your copy showed is not held any more."),
    "failed": _("We could not make a new copy."),
}

_WORDS: dict[Tag, StrOrPromise] = {
    Tag.REQUEST_SUBMITTED: _("We received your request."),
    Tag.REQUEST_VERIFICATION_ASKED: _("We asked you to prove who you are."),
    Tag.REQUEST_VERIFIED: _("You proved who you are."),
    Tag.REQUEST_CLARIFICATION_ASKED: _("We asked you a question."),
    Tag.FEE_ANNOUNCED: _("We told you what an answer would cost."),
    Tag.FEE_ACCEPTED: _("You agreed to pay."),
    Tag.FEE_PAID: _("We have your payment."),
    Tag.REQUEST_EXTENDED: _("We need more time; the letter says why."),
    Tag.REQUEST_PROMISED: _("We told you when we will answer."),
    Tag.REQUEST_CLARIFIED: _("We have your reply."),
    Tag.REQUEST_APPROVED: _("Your request was granted; we will carry it out."),
    Tag.REQUEST_CLAIMED: _("We are carrying out your request."),
    Tag.PACKAGE_RENEWAL_ASKED: _("You asked for a new copy."),
    Tag.PACKAGE_SEALED: _("Your copy is ready."),
    Tag.PACKAGE_DOWNLOADED: _("Your copy was downloaded."),
    Tag.SENDING_CONFIRMED: _("You confirmed that your copy goes to another service."),
    Tag.SENDING_SENT: _("We sent your copy to the other service."),
    Tag.SENDING_NOT_SENT: _("Your copy was not sent to another service; we say why."),
    Tag.LETTER_WRITTEN: _("We wrote you a letter."),
    Tag.REQUEST_WITHDRAWN: _("You withdrew your request."),
}
"""The only entries a person sees. Holds, notes, who of the staff did what, and failures are not among them."""


def timeline(request: Request) -> list[Event]:
    """The request's story, oldest first; the same thing happening twice in a row is told once."""
    return _told(log.entries(request.pk))


def timelines(requests: Iterable[Request]) -> dict[UUID, list[Event]]:
    """The same of several requests, by their keys, in one statement."""
    keys = [request.pk for request in requests]
    found = log.by_request(keys)
    return {key: _told(found.get(str(key), ())) for key in keys}


def _told(entries: Iterable[Entry]) -> list[Event]:
    story: list[Event] = []
    for entry in entries:
        said = json.loads(entry.canonical)
        what = str(_say(said))
        if what and (not story or story[-1].what != what):
            story.append(Event(at=datetime.fromisoformat(said["at"]), what=what))
    return story


def _say(said: dict[str, Any]) -> StrOrPromise:
    tell = _TOLD_BY_DETAIL.get(said["tag"])
    return tell(said.get("detail", {})) if tell else _WORDS.get(said["tag"], "")


def _moved(detail: dict[str, Any]) -> StrOrPromise:
    return _("We are looking at your request.") if detail.get("to") == "in_review" else ""


def _shredded(detail: dict[str, Any]) -> StrOrPromise:
    """A copy that was withheld was never the person's, and one that was begun and abandoned is begun again."""
    return _ENDS_OF_A_COPY.get(detail.get("because", ""), "")


def _closed(detail: dict[str, Any]) -> StrOrPromise:
    return _CLOSINGS.get(detail.get("outcome", ""), _("We completed your request."))


def _paused(detail: dict[str, Any]) -> StrOrPromise:
    """A fee has words of its own."""
    return "" if detail.get("kind") == "fee" else _("We asked you a question.")


_TOLD_BY_DETAIL: dict[str, Callable[[dict[str, Any]], StrOrPromise]] = {
    Tag.REQUEST_PAUSED: _paused,
    Tag.REQUEST_MOVED: _moved,
    Tag.REQUEST_CLOSED: _closed,
    Tag.PACKAGE_SHREDDED: _shredded,
}
