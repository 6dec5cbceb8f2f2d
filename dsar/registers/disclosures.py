"""What was told to whom about a person, so that it can be told to the person (PDPA s 21(1)(b), R59)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import purposes
from dsar.registers.models import Disclosure
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose, Recipient
    from dsar.contract.vocabulary import Category
    from dsar.registers.people import Person


def record(  # noqa: PLR0913 - each is a fact of the disclosure.
    person: Person,
    *,
    recipient: Recipient,
    purpose: Purpose | str,
    categories: Sequence[Category],
    basis: str,
    since: datetime | None = None,
    secret: bool = False,
    request: UUID | None = None,
) -> Disclosure:
    """Record that a recipient was told these categories, `since` when, else now."""
    with effect("disclosure.record"), transaction.atomic():
        disclosure = Disclosure.objects.create(
            subject_id=key_of(person),
            recipient_code=recipient.code,
            recipient=recipient.name,
            purpose_id=purposes.declared(purpose).code,
            categories=[str(category) for category in categories],
            disclosed_at=since or Now(),
            basis=basis,
            secret=secret,
        )
        log.append(
            Tag.DISCLOSURE_RECORDED,
            request=request,
            disclosure=disclosure.pk,
            recipient=recipient.code,
        )
    return disclosure


def told_to(person: Person, *, since: datetime | None = None) -> QuerySet[Disclosure]:
    """The disclosures that the person may learn of (PDPA s 21(4) keeps the secret ones back), latest first."""
    open_ones = Disclosure.objects.filter(subject_id=key_of(person), secret=False)
    if since is not None:
        open_ones = open_ones.filter(disclosed_at__gte=since)
    return open_ones.order_by("-disclosed_at", "-pk")
