"""Objection to one purpose, or to marketing as a whole (GDPR Art. 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dsar.contract.vocabulary import LegalBasis
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import purposes
from dsar.registers.models import Objection
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose
    from dsar.contract.vocabulary import Channel
    from dsar.registers.people import Person

OPEN_TO_OBJECTION = frozenset({LegalBasis.PUBLIC_INTEREST, LegalBasis.LEGITIMATE_INTEREST})
"""The bases against which a person may object (Art. 21(1)); against marketing always (Art. 21(2))."""


def object_to(person: Person, purpose: Purpose | str, *, request: UUID | None = None) -> Objection:
    """Record an objection, effective at once; the one that is open already if there is one.

    Raises WrongBasisError where Art. 21 gives no such right (R125): consent is withdrawn instead.
    """
    said = purposes.declared(purpose)
    if not said.marketing and said.basis not in OPEN_TO_OBJECTION:
        raise purposes.WrongBasisError(
            said, needed="there is no right to object to it (GDPR Art. 21(1))"
        )
    return _raise(person, said.code, request=request)


def object_to_marketing(
    person: Person,
    *,
    channel: Channel | None = None,
    request: UUID | None = None,
    signal: str = "",
) -> Objection:
    """Record an objection to every marketing purpose, later ones included (Art. 21(2)-(3), R122).

    In every channel where none is named (R113). `signal` is the automated means by which it came (Art. 21(5)).
    """
    return _raise(person, None, channel=channel, request=request, signal=signal)


def lift(objection: Objection, *, request: UUID | None = None) -> bool:
    """End an objection: the person took it back, or it was outweighed; False if it had ended before."""
    with effect("objection.lift"), transaction.atomic():
        changed = Objection.objects.filter(pk=objection.pk, lifted_at__isnull=True).update(
            lifted_at=Now()
        )
        if changed:
            log.append(
                Tag.OBJECTION_LIFTED,
                request=request,
                objection=objection.pk,
                purpose=objection.purpose_id,
            )
    return bool(changed)


def open_for(person: Person) -> QuerySet[Objection]:
    """The objections that stand."""
    return Objection.objects.filter(subject_id=key_of(person), lifted_at__isnull=True)


def in_channel(channel: Channel | None) -> Q:
    """The condition for objections that are about a channel; with None for those about every one."""
    return Q(channel="") if channel is None else Q(channel__in=("", channel))


def is_open(
    person: Person, purpose: Purpose | str | None, *, channel: Channel | None = None
) -> bool:
    """Whether the person objects to this purpose, or with None to marketing as a whole, in this channel or in all."""
    code = None if purpose is None else purposes.code_of(purpose)
    return open_for(person).filter(in_channel(channel), purpose_id=code).exists()


def _raise(
    person: Person,
    code: str | None,
    *,
    channel: Channel | None = None,
    request: UUID | None,
    signal: str = "",
) -> Objection:
    with effect("objection.raise"), transaction.atomic():
        objection, is_new = Objection.objects.get_or_create(
            subject_id=key_of(person),
            purpose_id=code,
            channel=channel or "",
            lifted_at=None,
            defaults={"request_reference": request, "signal": signal, "objected_at": Now()},
        )
        if is_new:
            log.append(
                Tag.OBJECTION_RAISED,
                request=request,
                objection=objection.pk,
                purpose=code,
                channel=channel or "",
                signal=signal,
            )
    return objection
