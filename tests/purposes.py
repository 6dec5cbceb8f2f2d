"""Fictional purposes, one of every kind that the registers and the gate tell apart."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from dsar.contract import registry
from dsar.contract.declarations import Purpose
from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.registers import purposes
from dsar.registers.models import Purpose as Known

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Purpose(code="ordering", label="Ordering", basis=LegalBasis.CONTRACT, pdpa="s 13")
LEGAL = Purpose(
    code="bookkeeping", label="Bookkeeping", basis=LegalBasis.LEGAL_OBLIGATION, pdpa="s 13(b)"
)
INTEREST = Purpose(
    code="abuse",
    label="Finding abuse",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule, Part 3",
    interest="A service that works",
)
PUBLIC = Purpose(
    code="statistics", label="Statistics", basis=LegalBasis.PUBLIC_INTEREST, pdpa="s 17"
)
VITAL = Purpose(
    code="rescue", label="Rescue", basis=LegalBasis.VITAL_INTEREST, pdpa="First Schedule, Part 1"
)
CONSENT = Purpose(code="profile", label="Profile", basis=LegalBasis.CONSENT, pdpa="s 13(a)")
NEWSLETTER = Purpose(
    code="newsletter", label="Newsletter", basis=LegalBasis.CONSENT, pdpa="s 13(a)", marketing=True
)
CAMPAIGN = Purpose(
    code="campaign",
    label="Campaign",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule, Part 3",
    interest="Customers who come back",
    marketing=True,
)
OFFERS = Purpose(
    code="offers",
    label="Offers",
    basis=LegalBasis.CONSENT,
    pdpa="s 13(a)",
    marketing=True,
    channels=(Channel.EMAIL, Channel.PHONE),
)
CALLS = Purpose(
    code="calls",
    label="Calls",
    basis=LegalBasis.LEGITIMATE_INTEREST,
    pdpa="First Schedule, Part 3",
    interest="Customers who come back",
    marketing=True,
    channels=(Channel.PHONE,),
)
ALL = (CONTRACT, LEGAL, INTEREST, PUBLIC, VITAL, CONSENT, NEWSLETTER, CAMPAIGN)
UNDECLARED = Purpose(code="nobody-knows", label="?", basis=LegalBasis.CONTRACT, pdpa="")


@contextmanager
def declared(*said: Purpose) -> Iterator[None]:
    """A block in which these purposes, and no others, are declared and written to their table."""
    with registry.replaced():
        for purpose in said:
            registry.register_purpose(purpose)
        purposes.write()
        in_use()
        yield


def in_use() -> None:
    """Let every purpose be used, as if people had been told and everything had been weighed."""
    Known.objects.filter(active_from__isnull=True).update(active_from=timezone.now())
