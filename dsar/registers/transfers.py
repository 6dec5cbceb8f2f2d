"""Transfers to a new holder: entered and confirmed by people, told before they take effect, renewed by each person.

Where the new holder is not bound by the privacy policy, each purpose that goes over stops at the date for everybody who
did not renew it: the gate asks `stopped`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from dsar import conf
from dsar.contract import registry
from dsar.contract.vocabulary import LegalBasis
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import consents, purposes
from dsar.registers.people import key_of
from dsar.registers.transfer_models import Transfer, TransferNotice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose
    from dsar.registers.people import Person

ANNOUNCE = "dsar.announce_transfer"
"""The task that tells people of a transfer."""


class TransferError(Exception):
    """The transfer cannot go this way."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SettledError(TransferError):
    """It was confirmed or cancelled already, or has taken effect."""


class TransferTooSoonError(TransferError):
    """People need time between being told and the day on which it takes effect."""


class NoConsentNamedError(TransferError):
    """Where data goes by consent, the consent is named: a purpose that rests on consent."""


class NothingStopsError(TransferError):
    """Where people are asked anew, the purposes are named for which they are asked."""


def transferable() -> list[Purpose]:
    """The purposes that people can be asked for anew: neither law nor a life waits for an answer."""
    known = sorted(registry.current().purposes.values(), key=lambda one: one.code)
    return [one for one in known if one.basis not in purposes.UNCONDITIONAL]


def consented() -> list[Purpose]:
    """The purposes that rest on consent."""
    return [one for one in transferable() if one.basis == LegalBasis.CONSENT]


def enter(  # noqa: PLR0913 - each is a fact of the transfer.
    *,
    by: AbstractBaseUser,
    kind: str,
    holder: str,
    country: str,
    contact: str,
    effective_at: datetime,
    bound: bool,
    purposes: Sequence[str],
    says: Mapping[str, str],
    consent_purpose: str = "",
) -> Transfer:
    """Write a transfer down; it has no effect before it is confirmed. Raises a TransferError."""
    by_consent = kind == Transfer.Kind.CONSENT
    # Who agreed to the transfer was asked already.
    bound = bound or by_consent
    if not bound and not purposes:
        raise NothingStopsError
    if by_consent != (consent_purpose in {one.code for one in consented()}):
        raise NoConsentNamedError
    with effect("transfer.enter"), transaction.atomic():
        entered = Transfer.objects.create(
            kind=kind,
            holder=holder,
            country=country,
            contact=contact,
            effective_at=effective_at,
            bound=bound,
            purposes=sorted(purposes),
            consent_purpose_id=consent_purpose or None,
            says=dict(says),
            entered_by_id=by.pk,
        )
        log.append(
            Tag.TRANSFER_ENTERED,
            transfer=entered.pk,
            kind=entered.kind,
            bound=bound,
            purposes=entered.purposes,
            consent=consent_purpose or None,
            day=_day(entered),
        )
    return entered


def confirm(transfer: Transfer, *, by: AbstractBaseUser) -> Transfer:
    """Let it take effect on its day; raises a TransferError."""
    with effect("transfer.confirm"), transaction.atomic():
        found = Transfer.objects.select_for_update().get(pk=transfer.pk)
        if found.confirmed_at or found.cancelled_at:
            raise SettledError
        now = timezone.now()
        if found.effective_at < now + timedelta(days=conf.get("POLICY_NOTICE_DAYS")):
            raise TransferTooSoonError
        found.confirmed_at, found.confirmed_by_id = now, by.pk
        found.save(update_fields=["confirmed_at", "confirmed_by"])
        log.append(Tag.TRANSFER_CONFIRMED, transfer=found.pk, day=_day(found))
    return found


def cancel(transfer: Transfer, *, by: AbstractBaseUser) -> Transfer:
    """Have it not take place, as long as its day has not come; raises SettledError."""
    with effect("transfer.cancel"), transaction.atomic():
        found = Transfer.objects.select_for_update().get(pk=transfer.pk)
        took_effect = found.confirmed_at and found.effective_at <= timezone.now()
        if found.cancelled_at or took_effect:
            raise SettledError
        found.cancelled_at, found.cancelled_by_id = timezone.now(), by.pk
        found.save(update_fields=["cancelled_at", "cancelled_by"])
        log.append(Tag.TRANSFER_CANCELLED, transfer=found.pk)
    return found


def renew(
    person: Person, notice: TransferNotice, code: str, *, wording: str, language: str
) -> None:
    """Let the new holder go on with one purpose; of what rests on consent, the consent is given anew.

    Raises UnknownPurposeError for a purpose that the transfer does not ask for.
    """
    with effect("transfer.renew"), transaction.atomic():
        asked = TransferNotice.objects.filter(subject_id=key_of(person)).select_related("transfer")
        found = asked.select_for_update(of=("self",)).get(pk=notice.pk)
        if code not in to_renew(found):
            raise purposes.UnknownPurposeError(code)
        found.renewed = sorted({*found.renewed, code})
        if not to_renew(found):
            found.closed_at = timezone.now()
        found.save(update_fields=["renewed", "closed_at"])
        if purposes.declared(code).basis == LegalBasis.CONSENT:
            consents.give(person, code, wording=wording, language=language, method="transfer")
        log.append(Tag.TRANSFER_RENEWED, transfer=found.transfer_id, notice=found.pk, purpose=code)


def to_renew(notice: TransferNotice) -> list[str]:
    """The purposes for which the person is still asked."""
    if notice.transfer.bound:
        return []
    return [code for code in notice.transfer.purposes if code not in notice.renewed]


def confirmed() -> QuerySet[Transfer]:
    """The transfers that take place."""
    return Transfer.objects.filter(confirmed_at__isnull=False, cancelled_at__isnull=True)


def coming() -> QuerySet[Transfer]:
    """Those of them whose day has not come."""
    return confirmed().filter(effective_at__gt=timezone.now())


def stopped(code: str) -> QuerySet[TransferNotice]:
    """The people with whom a purpose stopped, because its new holder is not bound and they did not renew it."""
    return TransferNotice.objects.filter(
        ~Q(renewed__contains=[code]),
        transfer__bound=False,
        transfer__confirmed_at__isnull=False,
        transfer__cancelled_at__isnull=True,
        transfer__effective_at__lte=Now(),
        transfer__purposes__contains=[code],
    )


def told_to(person: Any) -> QuerySet[TransferNotice]:
    """The transfers that concern a person, the latest first."""
    found = TransferNotice.objects.filter(
        subject_id=key_of(person), transfer__confirmed_at__isnull=False
    )
    return found.select_related("transfer").order_by("-transfer__effective_at", "-pk")


def to_be_seen(person: Any) -> TransferNotice | None:
    """The one that a page must point at: it is coming, or the person has not answered for every purpose."""
    if person is None:
        return None
    unanswered = Q(transfer__bound=False) & ~Q(renewed__contains=F("transfer__purposes"))
    waits = Q(transfer__effective_at__gt=timezone.now()) | unanswered
    return told_to(person).filter(waits, transfer__cancelled_at__isnull=True).first()


def _day(transfer: Transfer) -> str:
    return timezone.localdate(transfer.effective_at).isoformat()
