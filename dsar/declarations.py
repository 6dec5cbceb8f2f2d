"""Door: the words of a privacy.py."""

from __future__ import annotations

from dsar.contract.declarations import (
    DisclosedTo,
    Erase,
    Held,
    Linked,
    NotPersonal,
    PersonalData,
    Purpose,
    Recipient,
    Retain,
    Retention,
    Secret,
    Surrogate,
)
from dsar.contract.recipients import shared
from dsar.contract.vocabulary import Category, LegalBasis, Origin, Row, Whose

__all__ = [
    "Category",
    "DisclosedTo",
    "Erase",
    "Held",
    "LegalBasis",
    "Linked",
    "NotPersonal",
    "Origin",
    "PersonalData",
    "Purpose",
    "Recipient",
    "Retain",
    "Retention",
    "Row",
    "Secret",
    "Surrogate",
    "Whose",
    "shared",
]
