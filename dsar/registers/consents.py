"""Consent: given to one purpose, withdrawn as easily as it was given (GDPR Art. 7(3))."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import rfc8785
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from dsar.contract.vocabulary import LegalBasis
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import policies, purposes, receipts
from dsar.registers.models import Consent, ConsentEvent
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose
    from dsar.registers.people import Person


def give(  # noqa: PLR0913 - each is a fact of the consent.
    person: Person,
    purpose: Purpose | str,
    *,
    wording: str,
    policy_version: str = "",
    language: str = "",
    method: str = "",
) -> Consent:
    """Record consent as it was asked for; given again, the new wording and time take the old one's place.

    Where no version of the policy is named, it is the one in force (R170).

    Raises WrongBasisError for a purpose that does not rest on consent: asking for one there would
    promise a choice that the person does not have.
    """
    said = purposes.declared(purpose)
    if said.basis != LegalBasis.CONSENT:
        raise purposes.WrongBasisError(
            said, needed="only a purpose that rests on consent can be given one"
        )
    asked = {
        "wording": wording,
        "policy_version": policy_version or policies.version_in_force(),
        "language": language,
        "method": method,
    }
    with effect("consent.give"), transaction.atomic():
        was_open = open_for(person).filter(purpose_id=said.code).exists()
        consent, _ = Consent.objects.update_or_create(
            subject_id=key_of(person),
            purpose_id=said.code,
            defaults={**asked, "given_at": Now(), "withdrawn_at": None},
        )
        consent.refresh_from_db(fields=["given_at"])
        kind = ConsentEvent.Kind.RENEWED if was_open else ConsentEvent.Kind.GIVEN
        log.append(
            Tag.CONSENT_GIVEN,
            consent=consent.pk,
            purpose=said.code,
            wording=sha256(wording.encode()).hexdigest(),
            receipt=_note(consent, kind=kind, at=consent.given_at, method=method),
        )
    return consent


def withdraw(
    person: Person, purpose: Purpose | str, *, request: UUID | None = None, method: str = "request"
) -> bool:
    """Withdraw consent from this moment on; False if none was open."""
    code = purposes.code_of(purpose)
    with effect("consent.withdraw"), transaction.atomic():
        consent = open_for(person).filter(purpose_id=code).select_for_update().first()
        if consent is None:
            return False
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=Now())
        consent.refresh_from_db(fields=["withdrawn_at"])
        log.append(
            Tag.CONSENT_WITHDRAWN,
            request=request,
            consent=consent.pk,
            purpose=code,
            receipt=_note(
                consent, kind=ConsentEvent.Kind.WITHDRAWN, at=consent.withdrawn_at, method=method
            ),
        )
    return True


def events(person: Person) -> QuerySet[ConsentEvent]:
    """Everything the person ever said about a consent, the latest first."""
    return ConsentEvent.objects.filter(consent__subject_id=key_of(person))


def _note(consent: Consent, *, kind: ConsentEvent.Kind, at: Any, method: str) -> str:
    """Keep an event with its receipt; return the receipt's digest, which the ledger holds."""
    event = ConsentEvent(consent=consent, kind=kind, happened_at=at)
    event.receipt = receipts.build(consent, receipt=event.pk, kind=kind, at=at, method=method)
    event.save(force_insert=True)
    return digest(event.receipt)


def digest(receipt: dict[str, Any]) -> str:
    """SHA-256 of a receipt as RFC 8785 writes it."""
    return sha256(rfc8785.dumps(receipt)).hexdigest()


def open_for(person: Person) -> QuerySet[Consent]:
    """What the person consents to now."""
    return Consent.objects.filter(subject_id=key_of(person), withdrawn_at__isnull=True)


def stood(person: Person, purpose: Purpose | str, at: datetime | None = None) -> bool:
    """Whether the person's consent to the purpose stood at a moment, else now."""
    moment = at or timezone.now()
    given = Consent.objects.filter(
        subject_id=key_of(person), purpose_id=purposes.code_of(purpose), given_at__lte=moment
    )
    return given.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment)).exists()


def is_open(person: Person, purpose: Purpose | str) -> bool:
    """Whether the person consents to the purpose now; the gate asks more than this."""
    return open_for(person).filter(purpose_id=purposes.code_of(purpose)).exists()
