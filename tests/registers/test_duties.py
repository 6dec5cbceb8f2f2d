"""Holds, suppression and disclosures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category, Channel
from dsar.ledger.models import Entry
from dsar.registers import disclosures, holds, recipients, suppression
from dsar.registers.models import Hold, Suppression
from tests.cast import person
from tests.purposes import CONTRACT

BUREAU = Recipient(code="bureau", name="Example Bureau", role="processor", country="SG")


@pytest.fixture
def carol(db):
    return person("carol")


@pytest.fixture(autouse=True)
def _suppression_key():
    with override_settings(DSAR={"SUPPRESSION_KEY": "a fictional key"}):
        yield


def test_a_person_is_held_until_the_last_hold_is_released(alice, bob, carol):
    terms: dict[str, Any] = {"law": "Evidence Act 1893", "review_on": date(2027, 1, 1), "by": carol}
    first = holds.place(alice, ground="A lawsuit over an order", **terms)
    second = holds.place(alice.pk, ground="An audit", hidden=False, **terms)
    assert holds.is_open(alice)
    assert not holds.is_open(bob)
    assert holds.release(first, by=carol)
    assert not holds.release(first, by=carol)
    assert list(holds.open_for(alice)) == [second]
    assert holds.release(second, by=carol)
    assert not holds.is_open(alice)
    assert Hold.objects.get(pk=first.pk).released_by == carol


def test_an_entry_about_a_hold_does_not_say_why(alice, carol):
    holds.place(alice, ground="lawsuit", law="law", review_on=date(2027, 1, 1), by=carol)
    entry = Entry.objects.latest("pk")
    assert entry.tag == "hold.placed"
    assert "lawsuit" not in entry.canonical


@pytest.mark.parametrize(
    ("listed", "asked", "channel"),
    [
        ("Alice@Example.test", " alice@example.TEST ", Channel.EMAIL),
        ("alice@straße.example", "ALICE@STRASSE.example", Channel.EMAIL),
        ("ａlice@example.test", "alice@example.test", Channel.EMAIL),
        ("+65 6123 4567", "61234567", Channel.PHONE),
        ("0065-6123-4567", "(+65) 6123 4567", Channel.PHONE),
        ("+44 20 7946 0000", "0044 20 79460000", Channel.PHONE),
    ],
)
def test_an_address_is_recognised_however_it_is_written(listed, asked, channel):
    assert not suppression.is_suppressed(asked, channel=channel)
    assert suppression.add(listed, channel=channel)
    assert not suppression.add(asked, channel=channel)
    assert suppression.is_suppressed(asked, channel=channel)


_WORDS = st.text(min_size=1)


@given(address=st.builds("{}@{}.{}".format, _WORDS, _WORDS, _WORDS))
def test_normalising_twice_changes_nothing_more(address):
    once = suppression.normalised(address, channel=Channel.EMAIL)
    assert suppression.normalised(once, channel=Channel.EMAIL) == once


def test_a_batch_is_answered_in_one_query(django_assert_num_queries):
    suppression.add("alice@example.test")
    suppression.add("bob@example.test", scope="other")
    with django_assert_num_queries(1):
        found = suppression.suppressed_among(
            ["Alice@example.test", "bob@example.test", "eve@example.test"]
        )
    assert found == {"Alice@example.test"}


def test_the_list_holds_no_address_and_another_key_reads_nothing_in_it():
    suppression.add("alice@example.test")
    row = Suppression.objects.get()
    assert b"alice" not in bytes(row.digest)
    with override_settings(DSAR={"SUPPRESSION_KEY": "another"}):
        assert not suppression.is_suppressed("alice@example.test")


def test_without_a_key_nobody_is_told_that_an_address_is_free():
    with (
        override_settings(DSAR={}),
        pytest.raises(suppression.SuppressionKeyMissingError, match="SUPPRESSION_KEY"),
    ):
        suppression.is_suppressed("alice@example.test")


def test_a_person_learns_of_every_disclosure_but_the_secret_ones(alice, bob):
    terms: dict[str, Any] = {
        "recipient": BUREAU,
        "purpose": CONTRACT,
        "categories": [Category.NAME],
        "basis": "contract",
    }
    recipients.enter(BUREAU)
    old = disclosures.record(alice, since=datetime(2020, 1, 1, tzinfo=UTC), **terms)
    new = disclosures.record(alice, **terms)
    disclosures.record(alice, secret=True, **terms)
    disclosures.record(bob, **terms)
    assert list(disclosures.told_to(alice)) == [new, old]
    assert list(disclosures.told_to(alice, since=datetime(2025, 1, 1, tzinfo=UTC))) == [new]
