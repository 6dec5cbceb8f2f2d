"""Looking again, regularly, at who has access, how data is protected and how long it is kept; each look is signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.people import key_of
from dsar.registers.staff_models import HouseReview

if TYPE_CHECKING:
    from datetime import date

    from dsar.registers.people import Person

Kind = HouseReview.Kind
MONTHS: Final = {Kind.ACCESS: 3, Kind.SECURITY: 12, Kind.RETENTION: 12, Kind.OVERWRITTEN: 12}
"""How long a review counts."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A review to be done by a day; None where it was never done, so that it is due now."""

    kind: Kind
    due_on: date | None

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed."""
        return self.due_on is None or self.due_on < timezone.localdate()


def sign(
    kind: Kind, *, findings: str, by: Person, covered: dict[str, str] | None = None
) -> HouseReview:
    """Sign that it was looked at, with what was found; the next one is due a period from today."""
    next_on = timezone.localdate() + relativedelta(months=MONTHS[kind])
    with effect("house_review.sign"), transaction.atomic():
        review = HouseReview.objects.create(
            kind=kind,
            findings=findings,
            signed_by_id=key_of(by),
            next_on=next_on,
            covered=covered or {},
        )
        until = next_on.isoformat()
        log.append(Tag.HOUSE_REVIEWED, review=review.pk, kind=str(kind), next_on=until)
    return review


def tasks() -> list[Task]:
    """Each review with its day, what is due first at the top; one statement."""
    newest = HouseReview.objects.order_by("kind", "-signed_at", "-id").distinct("kind")
    due = dict(newest.values_list("kind", "next_on"))
    found = [Task(kind=kind, due_on=due.get(kind)) for kind in Kind]
    return sorted(found, key=lambda one: (one.due_on is not None, one.due_on, one.kind))
