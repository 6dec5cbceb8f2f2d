"""Advertising by telephone: which calls and texts are permitted now, by person and by number (PDPA ss 43, 47; R128)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from dsar.contract.vocabulary import Channel, LegalBasis
from dsar.processing.gate import only_permitted
from dsar.registers import number_checks, purposes, suppression

if TYPE_CHECKING:
    from collections.abc import Collection

    from dsar.contract.declarations import Purpose


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call or text to a person's number, that somebody would like to make."""

    person: Any
    """The person's key."""
    number: str


def only_callable(calls: Collection[Call], purpose: Purpose | str) -> set[Call]:
    """Those that are permitted now for a marketing purpose; three statements, whatever their number.

    The gate is asked about the people, the suppression list about the numbers, and for numbers of Singapore the Do Not
    Call Register, by a check of the last 21 days. Where the purpose rests on a consent that stands, the register need
    not be asked, and a listing changes nothing (s 43(1)(a)): it withdraws no consent. Raises
    SuppressionKeyMissingError where the lists cannot be read: then nobody is called.
    """
    said = purposes.find(purposes.code_of(purpose))
    if said is None or not said.marketing:
        return set()
    everybody = get_user_model()._base_manager.filter(pk__in={one.person for one in calls})
    people = set(
        only_permitted(everybody, said, channel=Channel.PHONE).values_list("pk", flat=True)
    )
    numbers = {one.number for one in calls if one.person in people and one.number.strip()}
    numbers -= suppression.suppressed_among(numbers, channel=Channel.PHONE)
    if said.basis != LegalBasis.CONSENT:
        numbers = number_checks.free_among(numbers)
    return {one for one in calls if one.person in people and one.number in numbers}
