"""Whether there is a second person for what two people decide: somebody else, here today, with a second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from dsar import conf
from dsar.cases import colleagues, deputies, permissions, policy, second_factor
from dsar.cases.models import Decision, Request
from dsar.cases.states import UNDECIDED, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

SOON = timedelta(days=7)
"""So long before its date a decision is due soon: there is time to appoint a deputy."""
_UNSIGNED = Q(state=State.IN_REVIEW, decision__isnull=False, decision__approved_at__isnull=True)
_REFUSED = Q(decision__verdict=Decision.Verdict.REFUSED)


def lacking() -> QuerySet[Request]:
    """What is due soon, or late, and has nobody today who could sign it as second person, by date."""
    due = Q(due_at__lt=timezone.now() + SOON, state__in=UNDECIDED)
    return Request.objects.filter(due & _lonely()).order_by("due_at", "id")


def of_which(requests: Iterable[UUID]) -> set[UUID]:
    """Which of these requests are among them; one statement beside those that ask for people."""
    return set(lacking().filter(pk__in=list(requests)).values_list("pk", flat=True))


def available(permission: str) -> set[Any]:
    """The staff who may do this today: not away, deputies counted, with a second factor where staff need one."""
    away = deputies.standing().values("absent")
    found = colleagues.who_may(permission).exclude(pk__in=away)
    if conf.get("STAFF_NEEDS_MFA"):
        found = found.filter(pk__in=second_factor.held().values("user"))
    return set(found.order_by().values_list("pk", flat=True))


def _lonely() -> Q:
    """The condition on a request: nobody could sign it, or only the one who decided it or would have to decide it."""
    signers = available(permissions.APPROVE)
    if len(signers) > 1:
        return Q(pk__in=[])
    takes_two = policy.takes_two()
    waits = _UNSIGNED & (takes_two | _REFUSED)
    decided = waits & Q(decision__decided_by__in=signers) if signers else waits
    if signers and available(permissions.DECIDE) - signers:
        return decided
    return decided | takes_two & Q(decision__isnull=True)
