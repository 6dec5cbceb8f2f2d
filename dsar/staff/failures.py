"""What stopped a request, why, and what staff can do about it: in words, from the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.staff import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsar.ledger.models import Entry

SHOWN = 50
"""So many are named on one page, what is due first; the work list has them all."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What happened, and what can be done."""

    happened: str
    advice: str


_KNOWN = {
    "PlanOutdatedError": Reason(
        happened="The declarations changed after the approval; some kind of data would now be treated otherwise.",
        advice="Send it back to review and decide on the new plan.",
    ),
    "EligibilityChangedError": Reason(
        happened="A hold was placed after the deletion was approved.",
        advice="Settle the hold, then retry; or send it back to review and decide anew.",
    ),
    "TextChangedError": Reason(
        happened="A text was changed after passages of it were marked to be left out.",
        advice="Send it back to review, take the old marks back, mark the passages in the new text and decide anew.",
    ),
    "RedactionsChangedError": Reason(
        happened="The passages to be left out are no longer those that were decided on.",
        advice="Send it back to review and decide on the new plan.",
    ),
    "NothingCorrectedError": Reason(
        happened="Every record to be corrected has changed since the person saw it.",
        advice="Look at the proposed corrections again: send it back to review.",
    ),
}
_LEFTOVER = Reason(
    happened="After the deletion something of the person was still found",
    advice=(
        "Look there: a field that no declaration names, a copy in a log, a row written since, a file that no row "
        "knows. Set it right by hand and confirm; the search then runs again."
    ),
)
_OTHER = Reason(
    happened="Every attempt failed",
    advice="Mend the cause (storage, a file, memory; the log names it), then retry.",
)


_UNREADABLE = (
    "Mend the cause (the storage, a file, a key; the log names it), then retry. Where it cannot be mended, leave this "
    "kind of record out: the copy goes out without it, and the person is told."
)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A request that stopped."""

    request: Request
    right: str
    since: datetime | None
    why: str
    advice: str
    near: waiting.Nearness | None


def found(*, now: datetime) -> list[Failure]:
    """The requests that need attention, what is due first at the top; two statements, however many there are."""
    queue = Request.objects.filter(state=State.NEEDS_ATTENTION).select_related("case", "owner")
    requests = list(queue.order_by("due_at", "id")[:SHOWN])
    told = log.last([one.pk for one in requests], _TAGS)
    return [_failure(one, told.get(str(one.pk)), now=now) for one in requests]


def of(request: Request, *, now: datetime) -> Failure | None:
    """What stopped this request; None where it needs no attention."""
    if request.state != State.NEEDS_ATTENTION:
        return None
    told = log.last([request.pk], _TAGS)
    return _failure(request, told.get(str(request.pk)), now=now)


_TAGS: Sequence[Tag] = (Tag.EXECUTION_STOPPED, Tag.DELETION_VERIFICATION_FAILED)


def _failure(request: Request, entry: Entry | None, *, now: datetime) -> Failure:
    reason = _reason(entry)
    return Failure(
        request=request,
        right=request.right.replace("_", " "),
        since=parse_datetime(entry.at) if entry else None,
        why=reason.happened,
        advice=reason.advice,
        near=waiting.nearness(request, now=now),
    )


def _reason(entry: Entry | None) -> Reason:
    if entry is None:
        return _OTHER
    said: dict[str, Any] = json.loads(entry.canonical)["detail"]
    if entry.tag == Tag.DELETION_VERIFICATION_FAILED:
        places = ", ".join(f"{place} ({rows})" for place, rows in said["places"].items())
        return Reason(happened=f"{_LEFTOVER.happened}: {places}.", advice=_LEFTOVER.advice)
    name = said["reason"]
    if said.get("declaration"):
        return Reason(
            happened=f"{said['declaration']} could not be read; the last error was {name}.",
            advice=_UNREADABLE,
        )
    if name in _KNOWN:
        return _KNOWN[name]
    return Reason(happened=f"{_OTHER.happened}; the last error was {name}.", advice=_OTHER.advice)
