"""What was told to whom about a person, so that it can be told to the person (PDPA s 21(1)(b), R59)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from dsar.contract.vocabulary import LegalBasis
from dsar.crashpoints import effect
from dsar.law.exemptions import Act
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import consents, exemptions, purposes, recipients
from dsar.registers.models import Disclosure
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose, Recipient
    from dsar.contract.vocabulary import Category
    from dsar.registers.exemptions import Exempted
    from dsar.registers.people import Person
    from dsar.registers.recipient_models import RecipientRecord


logger = logging.getLogger(__name__)


class DocumentNeededError(ValueError):
    """What is made public needs an authorisation or a legal document (R150)."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ConsentMissingError(ValueError):
    """This purpose rests on consent, which the person did not give or has withdrawn, and no exemption is named."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def record(  # noqa: PLR0913 - each is a fact of the disclosure.
    person: Person,
    *,
    recipient: Recipient | RecipientRecord,
    purpose: Purpose | str,
    categories: Sequence[Category],
    basis: str,
    since: datetime | None = None,
    secret: bool = False,
    document: str = "",
    request: UUID | None = None,
    exempted: Exempted | None = None,
) -> Disclosure:
    """Record that a recipient was told these categories, `since` when, else now.

    Without consent it needs an exemption, also where the person must not learn of it (R116). Raises
    UnknownRecipientError for one that is not in the register, DocumentNeededError, ConsentMissingError and
    ExemptionError. Categories beyond those that the recipient may get are recorded, marked and warned of.
    """
    known = recipients.get(recipient.code)
    said = purposes.declared(purpose)
    if known.role == known.Role.PUBLIC and not document.strip():
        raise DocumentNeededError
    _check(person, said, since=since, exempted=exempted)
    beyond = _beyond(known, categories)
    with effect("disclosure.record"), transaction.atomic():
        disclosure = Disclosure.objects.create(
            subject_id=key_of(person),
            recipient_code=recipient.code,
            recipient=recipient.name,
            purpose_id=said.code,
            categories=[str(category) for category in categories],
            disclosed_at=since or Now(),
            basis=basis,
            document=document,
            beyond=beyond,
            secret=secret,
        )
        log.append(
            Tag.DISCLOSURE_RECORDED,
            request=request,
            disclosure=disclosure.pk,
            recipient=recipient.code,
            beyond=beyond,
        )
        if exempted is not None:
            exemptions.note_transfer(disclosure, exempted, request=request)
    return disclosure


def _check(
    person: Person, purpose: Purpose, *, since: datetime | None, exempted: Exempted | None
) -> None:
    """Refuse what rests neither on consent that stood nor on a case that holds."""
    if exempted is not None:
        exempted.check(Act.TRANSFER)
    elif purpose.basis == LegalBasis.CONSENT and not consents.stood(person, purpose, since):
        raise ConsentMissingError


def _beyond(known: RecipientRecord, categories: Sequence[Category]) -> list[str]:
    """The categories that this recipient is not to get, which are warned of; none where nobody named any."""
    allowed = set(known.categories)
    beyond = sorted({str(one) for one in categories} - allowed) if allowed else []
    if beyond:
        logger.warning("%s was told more than it may be: %s", known.code, ", ".join(beyond))
    return beyond


def told_to(person: Person, *, since: datetime | None = None) -> QuerySet[Disclosure]:
    """The disclosures that the person may learn of (PDPA s 21(4) keeps the secret ones back), latest first."""
    open_ones = Disclosure.objects.filter(subject_id=key_of(person), secret=False)
    if since is not None:
        open_ones = open_ones.filter(disclosed_at__gte=since)
    return open_ones.order_by("-disclosed_at", "-pk")
