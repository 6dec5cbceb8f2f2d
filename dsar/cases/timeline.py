"""What happened to a request, in words for the person it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import withheld

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Request


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened, when, in plain words."""

    at: datetime
    what: str


_CLOSINGS = {
    "refused": "We refused your request; the letter says why.",
    "identity_not_verified": "We could not establish who you are and closed the request.",
    "forwarded_to_controller": "We handed your request to the organisation responsible for the data.",
    "duplicate": "We closed this request because another one asks for the same.",
    "spam": "We closed this request.",
    "not_a_rights_request": "We closed this request; the letter says why.",
}

_WORDS: dict[Tag, str] = {
    Tag.REQUEST_SUBMITTED: "We received your request.",
    Tag.REQUEST_VERIFICATION_ASKED: "We asked you to prove who you are.",
    Tag.REQUEST_VERIFIED: "You proved who you are.",
    Tag.REQUEST_CLARIFICATION_ASKED: "We asked you a question.",
    Tag.REQUEST_PAUSED: "We asked you a question.",
    Tag.REQUEST_EXTENDED: "We need more time; the letter says why.",
    Tag.REQUEST_PROMISED: "We told you when we will answer.",
    Tag.REQUEST_CLARIFIED: "We have your reply.",
    Tag.REQUEST_APPROVED: "Your request was granted; we will carry it out.",
    Tag.REQUEST_CLAIMED: "We are carrying out your request.",
    Tag.PACKAGE_SEALED: "Your copy is ready.",
    Tag.PACKAGE_DOWNLOADED: "Your copy was downloaded.",
    Tag.LETTER_WRITTEN: "We wrote you a letter.",
    Tag.REQUEST_WITHDRAWN: "You withdrew your request.",
}
"""The only entries a person sees. Holds, notes, who of the staff did what, and failures are not among them."""


def timeline(request: Request) -> list[Event]:
    """The request's story, oldest first; the same thing happening twice in a row is told once."""
    story: list[Event] = []
    for entry in log.entries(request.pk):
        said = json.loads(entry.canonical)
        what = _say(said)
        if what and (not story or story[-1].what != what):
            story.append(Event(at=datetime.fromisoformat(said["at"]), what=what))
    return story


def _say(said: dict[str, Any]) -> str:
    tell = _TOLD_BY_DETAIL.get(said["tag"])
    return tell(said.get("detail", {})) if tell else _WORDS.get(said["tag"], "")


def _moved(detail: dict[str, Any]) -> str:
    return "We are looking at your request." if detail.get("to") == "in_review" else ""


def _shredded(detail: dict[str, Any]) -> str:
    """A copy that was withheld was never the person's."""
    return "" if detail.get("because") == withheld.OVER else "Your copy has expired."


def _closed(detail: dict[str, Any]) -> str:
    return _CLOSINGS.get(detail.get("outcome", ""), "We completed your request.")


_TOLD_BY_DETAIL: dict[str, Callable[[dict[str, Any]], str]] = {
    Tag.REQUEST_MOVED: _moved,
    Tag.REQUEST_CLOSED: _closed,
    Tag.PACKAGE_SHREDDED: _shredded,
}
