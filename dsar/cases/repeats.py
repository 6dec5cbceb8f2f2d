"""Requests that look like earlier ones of the same person: shown to staff, never refused by themselves (R18)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dsar import conf
from dsar.cases.models import Request

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.models import Case


def of(request: Request) -> QuerySet[Request]:
    """Other requests of the same person for the same right, filed shortly before."""
    return _earlier(request.case).filter(right=request.right)


def rights_asked_lately(case: Case) -> set[str]:
    """The rights for which the case repeats an earlier one."""
    return set(_earlier(case).values_list("right", flat=True))


def _earlier(case: Case) -> QuerySet[Request]:
    if case.subject_id is None and not case.address_digest:
        return Request.objects.none()
    same = (
        {"case__address_digest": case.address_digest}
        if case.subject_id is None
        else {"case__subject_id": case.subject_id}
    )
    since = case.received_at - timedelta(days=conf.get("REPEAT_DAYS"))
    return Request.objects.filter(
        **same,
        case__received_at__gte=since,
        case__received_at__lte=case.received_at,
    ).exclude(case=case)
