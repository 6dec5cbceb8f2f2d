"""The terms an app may use when it declares: where data comes from, whose it is, why it is held.

Personal-data categories are terms of the W3C Data Privacy Vocabulary 2.3 (`pd`, `dpv`),
W3C Document License. A category is its term name; `iri` spells it out.
"""

from __future__ import annotations

import re
from enum import StrEnum

_PD = "https://w3id.org/dpv/pd#"

_LABELS = {
    "EmailAddress": "E-mail address",
    "EmailAddressWork": "E-mail address at work",
    "CurrentEmployment": "Employer",
    "Authenticating": "Log-in data",
    "Identifying": "Identifying numbers and names",
    "UID": "Identifier",
    "IPAddress": "IP address",
    "UserAgent": "Browser and device",
    "BrowsingBehavior": "Pages and searches",
    "ServiceConsumptionBehavior": "Use of the service",
    "CommunicationsMetadata": "Times and routes of communication",
}
"""Terms whose name alone would not tell a person what is meant."""


class Category(StrEnum):
    """What kind of personal data a field holds (DPV `pd` term)."""

    NAME = "Name"
    EMAIL_ADDRESS = "EmailAddress"
    EMAIL_ADDRESS_WORK = "EmailAddressWork"
    TELEPHONE_NUMBER = "TelephoneNumber"
    PHYSICAL_ADDRESS = "PhysicalAddress"
    COUNTRY = "Country"
    LANGUAGE = "Language"
    EMPLOYER = "CurrentEmployment"
    JOB = "Job"
    OWNERSHIP = "Ownership"
    NATIONALITY = "Nationality"
    PASSWORD = "Password"  # noqa: S105 - the vocabulary's term, not a secret.
    AUTHENTICATION = "Authenticating"
    IDENTIFIER = "Identifying"
    UID = "UID"
    IP_ADDRESS = "IPAddress"
    USER_AGENT = "UserAgent"
    BROWSING_BEHAVIOUR = "BrowsingBehavior"
    SERVICE_CONSUMPTION = "ServiceConsumptionBehavior"
    COMMUNICATION = "Communication"
    COMMUNICATIONS_METADATA = "CommunicationsMetadata"
    PICTURE = "Picture"
    FILE = "Document"
    PURCHASE = "Purchase"
    TRANSACTION = "Transaction"
    ACCOUNT = "AccountIdentifier"
    PRIVACY_PREFERENCE = "PrivacyPreference"
    PREFERENCE = "Preference"
    CREDIT_SCORE = "CreditScore"
    OPINION = "Opinion"
    LEGAL = "Legal"
    AGE = "Age"
    PROFESSIONAL = "Professional"

    @property
    def label(self) -> str:
        """The term in words: `Telephone number` for TelephoneNumber."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", self.value)
        return _LABELS.get(self.value) or words.capitalize()

    @property
    def iri(self) -> str:
        """The term's address in the vocabulary."""
        return _PD + self.value


class Origin(StrEnum):
    """Where a value came from; portability covers the first two (GDPR Art. 20(1))."""

    PROVIDED = "provided"
    OBSERVED = "observed"
    DERIVED = "derived"
    OTHER_SOURCE = "other_source"


class Whose(StrEnum):
    """Whose data a field holds, seen from the person the declaration leads to."""

    SUBJECT = "subject"
    SOMEBODY_ELSE = "somebody_else"


class LegalBasis(StrEnum):
    """The one ground on which a purpose rests (GDPR Art. 6(1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTEREST = "vital_interest"
    PUBLIC_INTEREST = "public_interest"
    LEGITIMATE_INTEREST = "legitimate_interest"


class Row(StrEnum):
    """What deletion does with a declared row."""

    DELETED = "deleted"
    OVERWRITTEN = "overwritten"
    RETAINED = "retained"


class Channel(StrEnum):
    """How a person is reached: by mail, or by a call or a text to their telephone."""

    EMAIL = "email"
    PHONE = "phone"
