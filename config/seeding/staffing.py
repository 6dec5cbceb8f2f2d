"""The sample company's staff did what its policy says: they undertook confidentiality, were trained, and reviewed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import User
from dsar.duties.retention import reviewing
from dsar.registers import staffing
from dsar.registers.staff_models import HouseReview, StaffRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

_COUNTS = timedelta(days=365)
_FOUND = {
    HouseReview.Kind.ACCESS: "Fictional: everybody still needs the groups they have.",
    HouseReview.Kind.SECURITY: "Fictional: keys, backups and updates were looked at; nothing was wrong.",
    HouseReview.Kind.RETENTION: "Fictional: every line is still needed, and no period is too long.",
    HouseReview.Kind.OVERWRITTEN: "Fictional: nobody can be found in what was overwritten.",
}


def prepare() -> None:
    """Every member of staff is fit for requests, and every review is signed."""
    staff = list(User.objects.filter(is_staff=True).order_by("pk"))
    qualify(staff, by=staff[0])
    review(by=staff[0])


def qualify(members: Iterable[User], *, by: User) -> None:
    """Enter what each of them lacks."""
    today = timezone.localdate()
    for member in members:
        for kind in staffing.missing(member):
            staffing.enter(
                member,
                kind=StaffRecord.Kind(kind),
                done_on=today,
                valid_until=today + _COUNTS,
                evidence="Fictional folder of the privacy office",
                by=by,
            )


def review(*, by: User) -> None:
    """Sign the reviews that are due."""
    for task in reviewing.tasks():
        if task.is_overdue:
            reviewing.sign(task.kind, findings=_FOUND[task.kind], by=by)
