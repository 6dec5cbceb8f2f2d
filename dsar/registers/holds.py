"""Holds: while one is open, nothing of what it covers is deleted: a person, a kind of records, or one record (R155)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dsar.contract import belonging
from dsar.contract.vocabulary import Row
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.models import Hold
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration
    from dsar.registers.people import Person


def place(  # noqa: PLR0913 - each is a fact of the hold.
    person: Person,
    *,
    ground: str,
    law: str,
    review_on: date,
    by: AbstractBaseUser,
    hidden: bool = True,
    declaration: str = "",
    row: str = "",
) -> Hold:
    """Place a hold; several may stand at once, each with its own ground.

    Without a declaration everything of the person stays; with its label the rows of that kind, or the one with this
    key, and whatever belongs to them.
    """
    kind: dict[str, Any] = {"declaration": declaration} if declaration else {}
    with effect("hold.place"), transaction.atomic():
        hold = Hold.objects.create(
            subject_id=key_of(person),
            declaration=declaration,
            row=row,
            ground=ground,
            law=law,
            review_on=review_on,
            hidden=hidden,
            placed_by_id=by.pk,
            placed_at=Now(),
        )
        log.append(
            Tag.HOLD_PLACED,
            hold=str(hold.pk),
            review_on=review_on.isoformat(),
            **kind,
        )
    return hold


def reviewed(hold: Hold, *, review_on: date, by: AbstractBaseUser) -> bool:
    """Record that its ground still holds, and when to look again (R156); False if it had ended before."""
    with effect("hold.review"), transaction.atomic():
        standing = Hold.objects.filter(pk=hold.pk, released_at__isnull=True)
        changed = standing.update(review_on=review_on, reviewed_at=Now(), reviewed_by=by.pk)
        if changed:
            log.append(Tag.HOLD_REVIEWED, hold=str(hold.pk), next_on=review_on.isoformat())
    return bool(changed)


def release(hold: Hold, *, by: AbstractBaseUser) -> bool:
    """End a hold; False if it had ended before."""
    with effect("hold.release"), transaction.atomic():
        standing = Hold.objects.filter(pk=hold.pk, released_at__isnull=True)
        changed = standing.update(released_at=Now(), released_by=by.pk)
        if changed:
            log.append(Tag.HOLD_RELEASED, hold=str(hold.pk))
    return bool(changed)


def open_for(person: Person | None) -> QuerySet[Hold]:
    """The holds that stand, hidden ones included: only guards and staff may ask."""
    return Hold.objects.filter(subject_id=key_of(person), released_at__isnull=True)


def against(kinds: Iterable[Declaration]) -> Q:
    """The condition of the holds that are in the way of deleting or overwriting rows of these kinds."""
    going = {one.label for one in kinds if one.row is not Row.RETAINED}
    return Q(declaration="") | Q(declaration__in=belonging.stopped_by(going))


def to_review(on: date) -> QuerySet[Hold]:
    """The holds that stand and whose day of review has come, the longest first (R156)."""
    return Hold.objects.filter(released_at__isnull=True, review_on__lte=on).order_by("review_on")


def is_open(person: Person) -> bool:
    """Whether any hold stands."""
    return open_for(person).exists()
