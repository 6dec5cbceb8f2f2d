"""Restriction: a person's data is stored and not otherwise used (GDPR Art. 18)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import purposes
from dsar.registers.models import Restriction
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose
    from dsar.registers.people import Person

_REVIEW = timedelta(days=365)
"""How long a restriction stands before somebody looks at it again."""

_MEANWHILE = (Restriction.Ground.ACCURACY_CONTESTED, Restriction.Ground.OBJECTION_PENDING)
"""The grounds that stand only while something is looked at."""


def restrict(
    person: Person,
    purpose: Purpose | str | None = None,
    *,
    ground: Restriction.Ground,
    request: UUID | None = None,
) -> Restriction:
    """Restrict one purpose, or without one all of them; the restriction that stands already if there is one.

    One that stands only while a correction is checked or an objection weighed becomes that of the request that asks for
    it now.
    """
    code = None if purpose is None else purposes.declared(purpose).code
    with effect("restriction.place"), transaction.atomic():
        restriction, is_new = Restriction.objects.get_or_create(
            subject_id=key_of(person),
            purpose_id=code,
            lifted_at=None,
            defaults={
                "ground": ground,
                "request_reference": request,
                "restricted_at": Now(),
                "review_on": timezone.localdate() + _REVIEW,
            },
        )
        if is_new or _taken_over(restriction, ground=ground, request=request):
            log.append(
                Tag.RESTRICTION_PLACED,
                request=request,
                restriction=restriction.pk,
                purpose=code,
                ground=ground,
            )
    return restriction


def _taken_over(
    restriction: Restriction, *, ground: Restriction.Ground, request: UUID | None
) -> bool:
    if request in {None, restriction.request_reference}:
        return False
    meanwhile = Restriction.objects.filter(pk=restriction.pk, ground__in=_MEANWHILE)
    if not meanwhile.update(ground=ground, request_reference=request):
        return False
    restriction.ground, restriction.request_reference = ground, request
    return True


def lift(restriction: Restriction, *, request: UUID | None = None) -> bool:
    """End a restriction; False if it had ended before. The person is told first (Art. 18(3))."""
    with effect("restriction.lift"), transaction.atomic():
        changed = Restriction.objects.filter(pk=restriction.pk, lifted_at__isnull=True).update(
            lifted_at=Now()
        )
        if changed:
            log.append(
                Tag.RESTRICTION_LIFTED,
                request=request,
                restriction=restriction.pk,
                purpose=restriction.purpose_id,
            )
    return bool(changed)


def reviewed(restriction: Restriction, *, review_on: date) -> None:
    """Say that its ground still holds, and when to look again."""
    with effect("restriction.review"), transaction.atomic():
        Restriction.objects.filter(pk=restriction.pk).update(review_on=review_on)
        next_on = review_on.isoformat()
        log.append(Tag.RESTRICTION_REVIEWED, restriction=restriction.pk, next_on=next_on)


def open_for(person: Person) -> QuerySet[Restriction]:
    """The restrictions that stand."""
    return Restriction.objects.filter(subject_id=key_of(person), lifted_at__isnull=True)


def against(person: Person, purpose: Purpose) -> Restriction:
    """The restriction of this purpose, else that of all processing; raises Restriction.DoesNotExist."""
    found = open_for(person).filter(Q(purpose=purpose.code) | Q(purpose__isnull=True))
    standing = found.order_by(F("purpose").asc(nulls_last=True)).first()
    if standing is None:
        raise Restriction.DoesNotExist
    return standing


def is_open(person: Person, purpose: Purpose | str | None = None) -> bool:
    """Whether this purpose, or with None all processing, is restricted by name."""
    code = None if purpose is None else purposes.code_of(purpose)
    return open_for(person).filter(purpose_id=code).exists()
