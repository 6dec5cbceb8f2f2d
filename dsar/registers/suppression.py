"""Addresses that must not be written to again, known only by their HMAC, so that the list may outlive the person."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from django.db import connection, transaction

from dsar import conf
from dsar.contract.vocabulary import Channel
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.models import Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

MARKETING = "marketing"
EVERYTHING = "everything"
"""A scope that holds for every other."""
LONGEST_LOCAL_NUMBER = 8
_NUMBER = re.compile(r"\s*\+?(?:[\s().-]*\d){3,15}[\s().-]*")
"""What a telephone number looks like: 3 to 15 digits (ITU-T E.164), however they are grouped."""
LONGEST_NUMBER = 40
_NOT_A_DIGIT = re.compile(r"\D")


class SuppressionKeyMissingError(Exception):
    """Set DSAR["SUPPRESSION_KEY"] to a long random text and never change it: the list cannot be read without it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def add(
    address: str,
    *,
    channel: Channel = Channel.EMAIL,
    scope: str = MARKETING,
    request: UUID | None = None,
) -> bool:
    """Suppress an address; False if it was on the list."""
    return bool(add_all([address], channel=channel, scope=scope, request=request))


def add_all(
    addresses: Iterable[str],
    *,
    channel: Channel = Channel.EMAIL,
    scope: str = MARKETING,
    request: UUID | None = None,
) -> int:
    """Suppress addresses; how many of them were not on the list. Two statements, whatever their number."""
    digests = sorted({digest_of(address, channel=channel) for address in addresses})
    if not digests:
        return 0
    with effect("address.suppress"), transaction.atomic(savepoint=False), log.together():
        new = _insert(channel, digests, scope)
        for _ in range(new):
            log.append(Tag.ADDRESS_SUPPRESSED, request=request, channel=channel, scope=scope)
    return new


def _insert(channel: Channel, digests: list[bytes], scope: str) -> int:
    """One statement, whoever else adds the same addresses now; in one order, so that two never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dsar_registers_suppression (channel, digest, scope, suppressed_at)"
            " SELECT %s, digest, %s, statement_timestamp() FROM unnest(%s::bytea[]) AS digest"
            " ON CONFLICT DO NOTHING",
            [channel, scope, digests],
        )
        return int(cursor.rowcount)


def is_suppressed(
    address: str, *, channel: Channel = Channel.EMAIL, scope: str = MARKETING
) -> bool:
    """Whether the address must not be written to."""
    return bool(suppressed_among([address], channel=channel, scope=scope))


def suppressed_among(
    addresses: Iterable[str], *, channel: Channel = Channel.EMAIL, scope: str = MARKETING
) -> set[str]:
    """Those of a batch of addresses that must not be written to, as they were given; one query."""
    digests = {address: digest_of(address, channel=channel) for address in addresses}
    listed = Suppression.objects.filter(
        channel=channel, scope__in=(scope, EVERYTHING), digest__in=set(digests.values())
    )
    found = {bytes(digest) for digest in listed.values_list("digest", flat=True)}
    return {address for address, digest in digests.items() if digest in found}


def is_number(text: str) -> bool:
    """Whether a text looks like a telephone number."""
    return len(text) <= LONGEST_NUMBER and bool(_NUMBER.fullmatch(text))


def normalised(address: str, *, channel: Channel) -> str:
    """One spelling for every way an address is written.

    Two mailboxes that differ only by case fall together: a list that suppresses too much is safe.
    """
    if channel is Channel.EMAIL:
        return normalize("NFKC", address).strip().casefold()
    digits = _NOT_A_DIGIT.sub("", normalize("NFKC", address))
    if digits.startswith("00"):
        return digits[2:]
    is_local = len(digits) <= LONGEST_LOCAL_NUMBER and "+" not in address
    return conf.get("CALLING_CODE") + digits if is_local else digits


def digest_of(address: str, *, channel: Channel) -> bytes:
    """What an address is known by here; raises SuppressionKeyMissingError without a key."""
    key = conf.get("SUPPRESSION_KEY")
    if not key:
        raise SuppressionKeyMissingError
    message = f"{channel}:{normalised(address, channel=channel)}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
