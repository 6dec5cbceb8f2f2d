"""Ending a restriction by hand: the person is told first and has time to object; a review ends nothing (R102, R104)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import letters, permissions, wording
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Letter, Request
from dsar.crashpoints import effect
from dsar.registers import restrictions

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsar.cases.actors import Actor
    from dsar.registers.models import Restriction

NOTICE = timedelta(days=7)
"""How long before its end the person hears of it (GDPR Art. 18(3))."""


class LiftingError(MoveError):
    """A restriction ends only after its person was told, and the days of notice have passed."""


def told_at(restriction: Restriction) -> datetime | None:
    """When the person was told last that this restriction will end; None if never since it began."""
    found = Letter.objects.filter(
        request=restriction.request_reference,
        kind=Letter.Kind.LIFTING,
        written_at__gte=restriction.restricted_at,
    )
    newest = found.order_by("-written_at").first()
    return newest.written_at if newest else None


def announce(restriction: Restriction, *, reasons: str, actor: Actor) -> Letter:
    """Tell the person that it will end, and why. Raises NotPermittedError and LiftingError."""
    _check(restriction, actor=actor)
    asked = Request.objects.filter(pk__in=[restriction.request_reference]).select_related(
        "case__key"
    )
    request = asked.first()
    if request is None or request.case.key.wrapped is None:
        message = "No case leads to this person any more, so nobody can be told."
        raise LiftingError(message)
    language = request.case.language
    until = timezone.now() + NOTICE
    covers = restriction.purpose.label if restriction.purpose else _everything(language)
    with effect("restriction.announce"), transaction.atomic():
        return letters.write(
            request,
            kind=Letter.Kind.LIFTING,
            content={
                "covers": [covers],
                "lifted_at": wording.day(until, language=language),
                "reasons": [reasons.strip()],
            },
        )


def lift(restriction: Restriction, *, actor: Actor) -> bool:
    """End it once the days of notice have passed; False if it had ended. Raises as `announce` does."""
    _check(restriction, actor=actor)
    told = told_at(restriction)
    if told is None:
        message = "Tell the person first: announce that it will end."
        raise LiftingError(message)
    if told + NOTICE > timezone.now():
        raise LiftingError
    return restrictions.lift(restriction, request=restriction.request_reference)


def keep(restriction: Restriction, *, review_on: date, actor: Actor) -> None:
    """Say that it was reviewed and stays, and when to look again."""
    _check(restriction, actor=actor)
    restrictions.reviewed(restriction, review_on=review_on)


def _check(restriction: Restriction, *, actor: Actor) -> None:
    if not actor.may(permissions.DECIDE):
        raise NotPermittedError
    if restriction.lifted_at is not None:
        message = "It has ended already."
        raise LiftingError(message)


def _everything(language: str) -> Any:
    return wording.sentence("covers_all", language=language)
