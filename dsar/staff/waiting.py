"""What a request waits for: as conditions, which lists and counts share, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases.models import Decision
from dsar.cases.states import OPEN, Right, State
from dsar.registers.models import Hold

if TYPE_CHECKING:
    from datetime import datetime

    from dsar.cases.models import Request

SOON, WEEK = timedelta(days=3), timedelta(days=7)

# Named one by one, so that the index on state and due date is used: a million closed requests cost nothing.
IS_OPEN = Q(state__in=OPEN)

# A deletion that was granted, or a refusal, which is under review only while it waits for the officer.
WANTS_SIGNATURE = (
    Q(state=State.IN_REVIEW)
    & Q(decision__isnull=False, decision__approved_at__isnull=True)
    & (Q(right=Right.DELETION) | Q(decision__verdict=Decision.Verdict.REFUSED))
)


def late(now: datetime) -> Q:
    """Open, and its date has passed."""
    return IS_OPEN & Q(due_at__lt=now)


def due_within(period: timedelta, *, now: datetime) -> Q:
    """Open, and due from now on within the period."""
    return IS_OPEN & Q(due_at__gte=now, due_at__lt=now + period)


def on_hold() -> Exists:
    """A hold stands on the person's data, hidden ones included: only for those who decide."""
    standing = Hold.objects.filter(subject=OuterRef("case__subject"), released_at__isnull=True)
    return Exists(standing)


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """How near a date is: words, and the class that colours them."""

    says: str
    looks: str


def nearness(request: Request, *, now: datetime) -> Nearness | None:
    """How near the date of an open request is, in days of the calendar; None once it is closed."""
    if request.state == State.CLOSED:
        return None
    days = (timezone.localdate(request.due_at) - timezone.localdate(now)).days
    if request.due_at < now:
        return Nearness(says=f"{_days(-days)} late" if days else "late since today", looks="late")
    looks = "soon" if request.due_at < now + SOON else "later"
    return Nearness(says=f"{_days(days)} left" if days else "due today", looks=looks)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


_NEXT = {
    State.SUBMITTED: "just filed",
    State.AWAITING_VERIFICATION: "identity is not established",
    State.IN_REVIEW: "to be decided",
    State.AWAITING_REQUESTER: "waits for the requester",
    State.APPROVED: "waits for a worker",
    State.EXECUTING: "is being carried out",
    State.NEEDS_ATTENTION: "stopped; somebody must look",
    State.CLOSED: "closed",
}


def why(request: Request, *, wants_signature: bool, now: datetime) -> str:
    """What the request waits for."""
    if wants_signature:
        return "second signature wanted"
    state, begins = State(request.state), request.not_before
    if state is State.APPROVED and begins is not None and begins > now:
        return f"waiting period until {date_format(timezone.localtime(begins))}"
    return _NEXT[state]
