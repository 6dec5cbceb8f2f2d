"""Contacts that an app reads from a file: who must not come back that way, and evidence that it was asked (R92, R122).

The list of suppressed addresses outlives a deletion. Whoever was deleted or objected is known there by the HMAC of
their address or telephone number, and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from dsar.contract.vocabulary import Channel
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a person in the file can be reached."""

    email: str
    phone: str = ""


def not_to_return(contacts: Collection[Contact]) -> set[Contact]:
    """Those of a batch of whom an address or number is on the list; two statements, whatever their number.

    Raises SuppressionKeyMissingError where the list cannot be read: then nobody comes in.
    """
    emails = suppression.suppressed_among(one.email for one in contacts)
    phones = suppression.suppressed_among(
        (one.phone for one in contacts if one.phone), channel=Channel.PHONE
    )
    return {one for one in contacts if one.email in emails or one.phone in phones}


def imported(*, rows: int, added: int, known: int, stopped: int, unreadable: int) -> None:
    """Record a batch, in the transaction in which its people come in. It counts them and names nobody."""
    with effect("import.record"), transaction.atomic():
        log.append(
            Tag.CONTACTS_IMPORTED,
            rows=rows,
            added=added,
            known=known,
            stopped=stopped,
            unreadable=unreadable,
        )
