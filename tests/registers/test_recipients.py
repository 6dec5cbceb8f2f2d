"""The register of recipients: filled from declarations, completed by people, asked before a disclosure is recorded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.ledger.models import Entry
from dsar.registers import consents, disclosures, recipients
from dsar.registers.disclosures import ConsentMissingError, DocumentNeededError
from dsar.registers.models import Disclosure
from dsar.registers.recipient_models import RecipientRecord
from dsar.registers.recipients import UnknownRecipientError
from tests.purposes import CONSENT, CONTRACT

BUREAU = Recipient(code="bureau", name="Example Bureau", role="processor", country="SG")


def _record(person, recipient=BUREAU, purpose=CONTRACT, **said: Any) -> Disclosure:
    known: dict[str, Any] = {"categories": [Category.NAME], "basis": "contract"}
    return disclosures.record(person, recipient=recipient, purpose=purpose, **known | said)


def test_nothing_is_disclosed_to_somebody_who_is_not_in_the_register(alice):
    with pytest.raises(UnknownRecipientError):
        _record(alice)
    assert not Disclosure.objects.exists()
    recipients.enter(BUREAU)
    _record(alice)
    assert Disclosure.objects.count() == 1


def test_a_category_too_many_is_recorded_marked_and_warned_of(alice, caplog):
    recipients.enter(BUREAU)
    recipients.change("bureau", categories=[Category.NAME.value])
    assert _record(alice).beyond == []
    assert caplog.text == ""
    more = _record(alice, categories=[Category.NAME, Category.EMAIL_ADDRESS])
    assert more.beyond == [Category.EMAIL_ADDRESS.value]
    assert "bureau was told more than it may be" in caplog.text
    assert alice.email not in caplog.text
    entry = Entry.objects.filter(tag="disclosure.recorded").latest("pk")
    assert f'"beyond":["{Category.EMAIL_ADDRESS.value}"]' in entry.canonical


def test_what_is_made_public_needs_a_document(alice):
    world = Recipient(code="world", name="Everybody", role="public", country="SG")
    recipients.enter(world)
    for missing in ("", "  "):
        with pytest.raises(DocumentNeededError):
            _record(alice, world, document=missing)
    assert _record(alice, world, document="Court order 12").document == "Court order 12"


def test_a_purpose_by_consent_tells_nobody_before_consent_or_after_its_withdrawal(alice, bob):
    recipients.enter(BUREAU)
    with pytest.raises(ConsentMissingError):
        _record(alice, purpose=CONSENT)
    consents.give(bob, CONSENT, wording="Yes.")
    with pytest.raises(ConsentMissingError):
        _record(alice, purpose=CONSENT)
    consents.give(alice, CONSENT, wording="Yes.")
    _record(alice, purpose=CONSENT)
    then = timezone.now()
    consents.withdraw(alice, CONSENT)
    with pytest.raises(ConsentMissingError):
        _record(alice, purpose=CONSENT)
    _record(alice, purpose=CONSENT, since=then)
    assert Disclosure.objects.filter(subject=alice.pk).count() == 2


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, ["never assessed", "no categories named"]),
        ({"assessed_on": date(2026, 1, 1), "review_on": date(2026, 6, 1)}, ["no categories named"]),
        (
            {
                "assessed_on": date(2025, 1, 1),
                "review_on": date(2026, 3, 1),
                "categories": ["name"],
            },
            ["assessment overdue"],
        ),
        (
            {"assessed_on": date(2026, 1, 1), "review_on": date(2026, 6, 1), "country": "US"},
            ["abroad without safeguard", "no categories named"],
        ),
        (
            {
                "assessed_on": date(2026, 1, 1),
                "review_on": date(2026, 6, 1),
                "country": "US",
                "safeguard": "Clauses",
                "categories": ["name"],
            },
            [],
        ),
    ],
)
def test_what_is_missing_of_a_recipient_is_named(db, said, missing):
    recipients.enter(BUREAU)
    found = recipients.change("bureau", **said)
    assert recipients.warnings(found, on=date(2026, 3, 1)) == missing
    overdue = RecipientRecord.objects.filter(recipients.needs_assessment(date(2026, 3, 1)))
    assert overdue.filter(pk="bureau").exists() == any("assess" in one for one in missing)
    abroad = RecipientRecord.objects.filter(recipients.lacks_safeguard())
    assert abroad.filter(pk="bureau").exists() == ("abroad without safeguard" in missing)


def test_a_webhook_gets_a_secret_that_lies_sealed_and_can_be_renewed(db):
    recipients.enter(BUREAU)
    found = recipients.change("bureau", channel="webhook", address="https://bureau.example/hook")
    first = recipients.secret_of(found)
    assert len(first) > 40
    assert first.encode() not in bytes(found.secret or b"")
    second = recipients.renew_secret("bureau")
    assert second != first
    assert second == recipients.secret_of(RecipientRecord.objects.get(pk="bureau"))
    assert first not in "".join(Entry.objects.values_list("canonical", flat=True))


@pytest.mark.parametrize(
    "said",
    [
        {"channel": "webhook", "address": "http://bureau.example/hook"},
        {"channel": "mail", "address": "nowhere"},
        {"role": "friend"},
    ],
)
def test_the_table_takes_no_recipient_that_cannot_be(db, said):
    recipients.enter(BUREAU)
    with pytest.raises(IntegrityError), transaction.atomic():
        recipients.change("bureau", **said)


def test_changing_nothing_leaves_no_entry(db):
    recipients.enter(BUREAU)
    before = Entry.objects.count()
    recipients.change("bureau", name="Example Bureau")
    recipients.enter(BUREAU)
    assert Entry.objects.count() == before
    recipients.change("bureau", review_on=timezone.localdate() + timedelta(days=1))
    assert Entry.objects.count() == before + 1
