"""The receipt of a consent: what was agreed to or taken back, with everything it meant at that moment (R106).

The names of the members are those of ISO/IEC TS 27560:2023, terms those of the Data Privacy Vocabulary; what neither
has a name for is `wording`, `method` and `consequence`. A receipt is made with its event and never again, because
declarations change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, override

from dsar import conf
from dsar.contract import registry, terms
from dsar.contract.declarations import Personal
from dsar.contract.vocabulary import Whose
from dsar.law import bases, rules
from dsar.registers import purposes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dsar.contract.declarations import Declaration, Purpose, Recipient
    from dsar.registers.models import Consent

SCHEMA_VERSION = "1"
_CONTROLLER = "controller"
_DPV = "https://w3id.org/dpv#"
STATES = {
    "given": "ConsentGiven",
    "renewed": "RenewedConsentGiven",
    "withdrawn": "ConsentWithdrawn",
}
"""Kinds of events as the vocabulary calls them. `ConsentRefused` is none: who says nothing is not noted."""


def build(
    consent: Consent, *, receipt: UUID, kind: str, at: datetime, method: str
) -> dict[str, Any]:
    """The receipt of one event, as JSON can hold it."""
    # Consent can be withdrawn from a purpose that no app declares any more.
    purpose = registry.current().purposes.get(consent.purpose_id)
    person = str(consent.subject_id)
    with override(consent.language or None):
        return {
            "schema_version": SCHEMA_VERSION,
            "receipt_id": str(receipt),
            "record_id": f"consent-{consent.pk}",
            "pii_principal_id": person,
            "privacy_notice": consent.policy_version,
            "language": consent.language,
            "wording": consent.wording,
            **(_processing(purpose) if purpose else {"purpose": consent.purpose_id}),
            "parties": _parties(purpose),
            "event": {
                "event_time": at.isoformat(timespec="microseconds"),
                "event_type": "ExpressedConsent",
                "event_state": STATES[kind],
                "validity_duration": gettext("Until it is withdrawn"),
                "entity_id": person,
                "method": method,
            },
        }


def _processing(purpose: Purpose) -> dict[str, Any]:
    """What the consent covers, and how it is taken back."""
    basis = bases.BASES[purpose.basis]
    kinds = [one for one in registry.current().all() if one.purpose.code == purpose.code]
    return {
        "purpose": purposes.in_words(purpose.label),
        "purpose_type": f"{_DPV}{purpose.dpv}" if purpose.dpv else "",
        "lawful_basis": f"{basis.article}; PDPA {purpose.pdpa}",
        "consequence": purposes.in_words(purpose.consequence),
        "pii_information": _information(kinds),
        "pii_controllers": [_CONTROLLER],
        "recipient_third_parties": [recipient.code for recipient in purpose.recipients],
        "storage_locations": sorted(
            {*purpose.locations, *(recipient.country for recipient in purpose.recipients)}
        ),
        "retention_period": sorted({_kept(one) for one in kinds}),
        "jurisdiction": [regime.code for regime in rules.enabled()],
        "withdrawal_method": gettext(
            "Turn it off under “Your choices” in the privacy centre, or send the request “consent_withdrawal”. It costs"
            " nothing, needs no reason and works at once."
        ),
        "privacy_rights": list(basis.rights),
    }


def _information(kinds: list[Declaration]) -> list[dict[str, Any]]:
    """The categories of data that are held for the purpose."""
    found = {
        treatment.category
        for declaration in kinds
        for treatment in declaration.fields.values()
        if isinstance(treatment, Personal) and treatment.whose is Whose.SUBJECT
    }
    return [
        {"pii_type": category.label, "pii_attribute_id": category.iri, "pii_optional": True}
        for category in sorted(found)
    ]


def _kept(declaration: Declaration) -> str:
    kept = terms.retention(declaration)
    return f"{kept['period']}: {kept['from']}"


def _parties(purpose: Purpose | None) -> list[dict[str, Any]]:
    """Who answers for the processing, then whoever receives data."""
    house = conf.get("ORGANISATION")
    return [
        {
            "party_id": _CONTROLLER,
            "party_name": house.get("name", ""),
            "party_address": house.get("address", ""),
            "party_contact": house.get("dpo", ""),
            "party_email": house.get("email", ""),
            "party_phone": house.get("phone", ""),
            "party_type": "controller",
        },
        *(_party(recipient) for recipient in (purpose.recipients if purpose else ())),
    ]


def _party(recipient: Recipient) -> dict[str, Any]:
    return {
        "party_id": recipient.code,
        "party_name": recipient.name,
        "party_address": recipient.country,
        "party_contact": recipient.contact,
        "party_email": "",
        "party_phone": "",
        "party_type": recipient.role,
    }
