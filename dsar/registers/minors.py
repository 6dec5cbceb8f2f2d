"""Reports about minors: looked at the same day, then locked, then ended by the deletion or by staff (R138, R139)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.minor_models import MinorReport

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

Finding = MinorReport.Finding


class TriagedError(Exception):
    """Somebody has looked at this report already."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def open_report(case: UUID, *, reported_at: datetime, triage_on: date, target_on: date) -> None:
    """Enter a report with the case that it came in; the caller holds the transaction."""
    MinorReport.objects.create(
        case_reference=case, reported_at=reported_at, triage_on=triage_on, target_on=target_on
    )
    log.append(
        Tag.MINOR_REPORTED,
        case=str(case),
        triage=triage_on.isoformat(),
        target=target_on.isoformat(),
    )


def triage(case: UUID, *, finding: Finding, subject: Any, shown: str, by: Any) -> MinorReport:
    """Say what was found; confirmed, the account is locked from this moment on. Raises TriagedError."""
    with effect("minor.triage"), transaction.atomic():
        found = MinorReport.objects.select_for_update().get(case_reference=case)
        if found.finding:
            raise TriagedError
        found.finding, found.triaged_by_id, found.triaged_at = finding, by, timezone.now()
        if finding == Finding.CONFIRMED:
            found.subject_id, found.shown = subject, shown
        else:
            found.ended_by_id, found.ended_at = by, found.triaged_at
        found.save()
        log.append(
            Tag.MINOR_TRIAGED,
            case=str(case),
            finding=str(finding),
            shown=found.shown,
            locked=found.subject_id is not None,
        )
    return found


def lift(case: UUID, *, by: Any) -> bool:
    """End the lock of an account that was not a minor's after all; False where none stands."""
    with effect("minor.lift"), transaction.atomic():
        standing = MinorReport.objects.filter(
            case_reference=case, finding=Finding.CONFIRMED, ended_at__isnull=True
        )
        changed = standing.update(ended_at=timezone.now(), ended_by_id=by)
        if changed:
            log.append(Tag.MINOR_LIFTED, case=str(case))
    return bool(changed)


def end(cases: Collection[UUID]) -> int:
    """End the reports whose deletions are done; how many."""
    with effect("minors.end"), transaction.atomic():
        done = confirmed().filter(case_reference__in=cases).update(ended_at=timezone.now())
        if done:
            log.append(Tag.MINORS_ENDED, number=done)
    return done


def of(case: UUID) -> MinorReport | None:
    """The report that came in a case."""
    return MinorReport.objects.filter(case_reference=case).first()


def unended() -> QuerySet[MinorReport]:
    """What somebody has to look at, or what is still to go; the earliest first."""
    return MinorReport.objects.filter(ended_at__isnull=True).order_by("reported_at", "pk")


def confirmed() -> QuerySet[MinorReport]:
    """The minors whose data is still there: nothing new is done with it."""
    return MinorReport.objects.filter(finding=Finding.CONFIRMED, ended_at__isnull=True)
