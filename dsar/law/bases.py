"""What each legal basis gives a person: its article and the rights that go with it (GDPR Art. 6(1), R196)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One ground of GDPR Art. 6(1). The rights follow the mapping of the Data Privacy Vocabulary 2.3."""

    label: str
    article: str
    dpv: str
    rights: tuple[str, ...]


_ALWAYS = ("access", "correction", "restriction")

BASES: dict[str, Basis] = {
    "consent": Basis(
        label="Your consent",
        article="GDPR Art. 6(1)(a)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",
        rights=(*_ALWAYS, "deletion", "portability", "consent_withdrawal"),
    ),
    "contract": Basis(
        label="A contract with you",
        article="GDPR Art. 6(1)(b)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",
        rights=(*_ALWAYS, "deletion", "portability"),
    ),
    "legal_obligation": Basis(
        label="A legal obligation",
        article="GDPR Art. 6(1)(c)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-c",
        rights=_ALWAYS,
    ),
    "vital_interest": Basis(
        label="Somebody's vital interests",
        article="GDPR Art. 6(1)(d)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-d",
        rights=(*_ALWAYS, "deletion"),
    ),
    "public_interest": Basis(
        label="A task in the public interest",
        article="GDPR Art. 6(1)(e)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-e",
        rights=(*_ALWAYS, "objection"),
    ),
    "legitimate_interest": Basis(
        label="A legitimate interest",
        article="GDPR Art. 6(1)(f)",
        dpv="https://w3id.org/dpv/legal/eu/gdpr#A6-1-f",
        rights=(*_ALWAYS, "deletion", "objection"),
    ),
}

ARTICLES: dict[str, str] = {
    "access": "GDPR Art. 15; PDPA s 21",
    "correction": "GDPR Art. 16; PDPA s 22",
    "deletion": "GDPR Art. 17; PDPA s 25",
    "restriction": "GDPR Art. 18",
    "portability": "GDPR Art. 20",
    "objection": "GDPR Art. 21",
    "consent_withdrawal": "GDPR Art. 7(3); PDPA s 16",
}
"""Where each right stands, in the order in which a person is told of them."""


def gives(basis: str, *, right: str, marketing: bool = False) -> bool:
    """Whether a right can be used on this basis; marketing may always be objected to (Art. 21(2))."""
    return right in BASES[basis].rights or (marketing and right == "objection")
