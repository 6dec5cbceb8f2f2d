"""Who of the staff may be given people's requests: whoever undertook confidentiality and was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.people import key_of
from dsar.registers.staff_models import StaffRecord

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from dsar.registers.people import Person

Kind = StaffRecord.Kind


def enter(  # noqa: PLR0913 - each is a fact of the record.
    member: Person, *, kind: Kind, done_on: date, valid_until: date, evidence: str, by: Person
) -> StaffRecord:
    """Record an undertaking or a training; the ledger says what and until when, and not whose."""
    with effect("staffing.enter"), transaction.atomic():
        record = StaffRecord.objects.create(
            member_id=key_of(member),
            kind=kind,
            done_on=done_on,
            valid_until=valid_until,
            evidence=evidence,
            entered_by_id=key_of(by),
        )
        until = valid_until.isoformat()
        log.append(Tag.STAFF_RECORDED, record=record.pk, kind=str(kind), valid_until=until)
    return record


def end(record: StaffRecord) -> bool:
    """Take a record back before its time; False if it had ended."""
    with effect("staffing.end"), transaction.atomic():
        standing = StaffRecord.objects.filter(pk=record.pk, ended_at__isnull=True)
        changed = standing.update(ended_at=Now())
        if changed:
            log.append(Tag.STAFF_RECORD_ENDED, record=record.pk, kind=str(record.kind))
    return bool(changed)


def standing() -> QuerySet[StaffRecord]:
    """The records that count today."""
    today = timezone.localdate()
    return StaffRecord.objects.filter(
        ended_at__isnull=True, done_on__lte=today, valid_until__gte=today
    )


def missing(member: Person) -> list[Kind]:
    """What somebody needs before a request can be theirs; empty where nothing is missing."""
    held = set(standing().filter(member_id=key_of(member)).values_list("kind", flat=True))
    return [kind for kind in Kind if kind not in held]


def valid_until(members: Iterable[Any]) -> dict[Any, dict[str, date]]:
    """Until when each record of these people counts, the longest of each kind; one statement."""
    found: dict[Any, dict[str, date]] = {}
    rows = standing().filter(member_id__in=members).order_by("valid_until")
    for member, kind, until in rows.values_list("member_id", "kind", "valid_until"):
        found.setdefault(member, {})[kind] = until
    return found
