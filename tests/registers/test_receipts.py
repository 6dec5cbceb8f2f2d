"""Each time a person consents or withdraws leaves a receipt that says what it meant then, and that nobody changes."""

from __future__ import annotations

from hashlib import sha256

import pytest
import rfc8785
from django.db import IntegrityError, transaction

from dsar import conf
from dsar.ledger.models import Entry
from dsar.registers import consents
from dsar.registers.models import ConsentEvent
from tests.purposes import NEWSLETTER, UNDECLARED

# ISO/IEC TS 27560:2023, the mandatory members of a receipt, by section.
HEADER = {"schema_version", "record_id", "pii_principal_id", "receipt_id"}
PROCESSING = {
    *("privacy_notice", "language", "purpose", "pii_information", "pii_controllers"),
    *("storage_locations", "retention_period", "jurisdiction", "recipient_third_parties"),
    "withdrawal_method",
}
PARTY = {"party_id", "party_name", "party_address", "party_contact", "party_type"}
EVENT = {"event_time", "validity_duration", "entity_id", "event_type", "event_state"}


def receipts(person):
    return [event.receipt for event in consents.events(person)]


def give(person, **said):
    asked = {"wording": "Send me news.", "policy_version": "2026-1", "method": "portal"}
    return consents.give(person, NEWSLETTER, **asked | {"language": "en"} | said)


def test_a_receipt_has_every_mandatory_member_of_the_standard(alice):
    consent = give(alice)
    (receipt,) = receipts(alice)
    assert receipt.keys() >= HEADER | PROCESSING
    assert receipt.keys() >= {"parties", "event", "lawful_basis", "privacy_rights"}
    assert receipt["event"].keys() >= EVENT
    assert all(party.keys() >= PARTY for party in receipt["parties"])
    assert receipt["wording"] == "Send me news."
    assert receipt["privacy_notice"] == "2026-1"
    assert receipt["purpose"] == NEWSLETTER.label
    assert receipt["pii_principal_id"] == receipt["event"]["entity_id"] == str(alice.pk)
    assert receipt["event"]["event_time"] == consent.given_at.isoformat(timespec="microseconds")
    assert receipt["event"]["method"] == "portal"
    assert "consent_withdrawal" in receipt["privacy_rights"]


def test_it_names_who_answers_and_everybody_who_receives_data(alice):
    give(alice)
    (receipt,) = receipts(alice)
    parties = {party["party_id"]: party for party in receipt["parties"]}
    (house,) = receipt["pii_controllers"]
    assert parties[house]["party_name"] == conf.get("ORGANISATION")["name"]
    assert set(receipt["recipient_third_parties"]) == {one.code for one in NEWSLETTER.recipients}
    assert set(parties) == {house, *receipt["recipient_third_parties"]}


def test_given_again_and_withdrawn_are_events_of_their_own(alice, bob):
    give(bob)
    give(alice)
    give(alice, wording="Send me more.")
    consents.withdraw(alice, NEWSLETTER)
    assert not consents.withdraw(alice, NEWSLETTER)
    give(alice)
    last, withdrawn, renewed, first = receipts(alice)
    states = [one["event"]["event_state"] for one in (first, renewed, withdrawn, last)]
    assert states == ["ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn", "ConsentGiven"]
    assert (first["wording"], renewed["wording"]) == ("Send me news.", "Send me more.")
    assert withdrawn["wording"] == "Send me more."
    assert len({one["record_id"] for one in receipts(alice)}) == 1
    assert len({one["receipt_id"] for one in receipts(alice)}) == 4
    assert len(receipts(bob)) == 1


def test_the_ledger_proves_each_receipt(alice):
    give(alice)
    consents.withdraw(alice, NEWSLETTER)
    said = " ".join(Entry.objects.order_by("pk").values_list("canonical", flat=True))
    for receipt in receipts(alice):
        assert sha256(rfc8785.dumps(receipt)).hexdigest() in said
        assert consents.digest(receipt) in said


@pytest.mark.parametrize("change", [{"kind": "withdrawn"}, {"receipt": {}}])
def test_nobody_changes_what_was_said(alice, change):
    give(alice)
    before = receipts(alice)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ConsentEvent.objects.update(**change)
    assert receipts(alice) == before


def test_a_receipt_stays_when_the_organisation_is_called_otherwise(alice, settings):
    give(alice)
    before = receipts(alice)
    settings.DSAR = settings.DSAR | {"ORGANISATION": {"name": "Another Name Pte. Ltd."}}
    assert receipts(alice) == before
    give(alice)
    assert receipts(alice)[0]["parties"][0]["party_name"] == "Another Name Pte. Ltd."


def test_consent_to_a_purpose_that_is_gone_is_withdrawn_with_a_receipt(alice):
    consent = give(alice)
    type(consent.purpose).objects.create(code=UNDECLARED.code, label="Gone", basis="consent")
    type(consent).objects.filter(pk=consent.pk).update(purpose_id=UNDECLARED.code)
    assert consents.withdraw(alice, UNDECLARED.code)
    receipt = receipts(alice)[0]
    assert receipt["purpose"] == UNDECLARED.code
    assert receipt["event"]["event_state"] == "ConsentWithdrawn"


def test_event_and_consent_are_kept_together_or_not_at_all(alice):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        give(alice)
        raise ZeroDivisionError
    assert receipts(alice) == []
    assert not consents.open_for(alice)


def test_a_receipt_is_in_the_language_in_which_was_asked(alice):
    give(alice, language="zh-hans")
    (receipt,) = receipts(alice)
    assert "您的选择" in receipt["withdrawal_method"]
    assert receipt["event"]["validity_duration"] == "直到撤回为止"
