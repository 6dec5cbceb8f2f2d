"""A person fetches the receipts of their consents, and nobody else's."""

from __future__ import annotations

import uuid

from dsar.registers import consents
from tests.testapp.privacy import NEWSLETTER

CONSENTS = "/api/v1/consents"
SAID = {"purpose": NEWSLETTER.code, "wording": "Send me news."}


def test_each_consent_and_withdrawal_has_its_receipt(alice, bob, cast, file):
    assert alice.get(CONSENTS).json()["results"] == []
    alice.post(CONSENTS, SAID, format="json")
    bob.post(CONSENTS, SAID, format="json")
    file(alice, {"right": "consent_withdrawal", "scope": {"purposes": [NEWSLETTER.code]}})
    withdrawn, given = alice.get(CONSENTS).json()["results"]
    assert given["event"]["event_state"] == "ConsentGiven"
    assert given["event"]["method"] == "api"
    assert withdrawn["event"]["event_state"] == "ConsentWithdrawn"
    assert given["pii_principal_id"] == str(cast.alice.pk)
    one = alice.get(f"{CONSENTS}/{given['receipt_id']}")
    assert one.status_code == 200
    assert one.json() == given


def test_another_persons_receipt_does_not_exist(alice, bob, cast):
    consents.give(cast.alice.pk, NEWSLETTER, wording="Send me news.")
    (event,) = consents.events(cast.alice.pk)
    assert alice.get(f"{CONSENTS}/{event.pk}").status_code == 200
    for address in (event.pk, uuid.uuid4()):
        assert bob.get(f"{CONSENTS}/{address}").status_code == 404
    assert bob.get(CONSENTS).json()["results"] == []


def test_many_are_read_page_by_page(alice, cast):
    for number in range(3):
        consents.give(cast.alice.pk, NEWSLETTER, wording=f"Wording {number}")
    first = alice.get(CONSENTS, {"page_size": 2}).json()
    assert [one["wording"] for one in first["results"]] == ["Wording 2", "Wording 1"]
    rest = alice.get(first["next"]).json()
    assert [one["wording"] for one in rest["results"]] == ["Wording 0"]
