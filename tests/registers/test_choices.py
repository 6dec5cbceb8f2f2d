"""Consent, objection and restriction: what a person said, once, with its entry, and nobody else's."""

from __future__ import annotations

import uuid
from hashlib import sha256

import pytest
from django.db import transaction

from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.registers import consents, objections, purposes, restrictions
from dsar.registers.models import Consent, Restriction
from tests.purposes import ALL, CAMPAIGN, CONSENT, CONTRACT, INTEREST, LEGAL, NEWSLETTER, UNDECLARED

REQUEST = uuid.UUID("00000000-0000-4000-8000-000000000002")
CLAIMS = Restriction.Ground.CLAIMS


@pytest.fixture
def newly_said():
    """The tags that were appended since the test began."""
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return lambda: list(
        Entry.objects.filter(pk__gt=last).order_by("pk").values_list("tag", flat=True)
    )


def test_consent_is_given_withdrawn_and_given_again(alice, bob, newly_said):
    consents.give(bob, NEWSLETTER, wording="Send me news.")
    first = consents.give(alice, NEWSLETTER, wording="Send me news.", policy_version="2026-01")
    assert consents.is_open(alice, NEWSLETTER)
    assert consents.withdraw(alice, NEWSLETTER, request=REQUEST)
    assert not consents.withdraw(alice, NEWSLETTER)
    assert not consents.is_open(alice, NEWSLETTER)
    assert consents.is_open(bob, "newsletter")
    again = consents.give(alice.pk, "newsletter", wording="Send me more.")
    assert again.pk == first.pk
    assert consents.is_open(alice, NEWSLETTER)
    assert Consent.objects.get(pk=again.pk).wording == "Send me more."
    assert newly_said() == ["consent.given", "consent.given", "consent.withdrawn", "consent.given"]
    assert [entry.tag for entry in log.entries(REQUEST)] == ["consent.withdrawn"]


def test_a_consent_entry_proves_the_wording_and_names_nobody(alice):
    consents.give(alice, NEWSLETTER, wording="Send me news, Alice.")
    said = Entry.objects.latest("pk").canonical
    assert sha256(b"Send me news, Alice.").hexdigest() in said
    assert "alice" not in said.casefold()


@pytest.mark.parametrize("purpose", [CONTRACT, LEGAL, INTEREST])
def test_consent_cannot_be_asked_for_what_does_not_rest_on_it(alice, purpose):
    with pytest.raises(purposes.WrongBasisError, match=purpose.code):
        consents.give(alice, purpose, wording="May we?")


def test_nothing_is_recorded_for_an_undeclared_purpose(alice, newly_said):
    for record in (
        lambda: consents.give(alice, UNDECLARED, wording="?"),
        lambda: objections.object_to(alice, UNDECLARED),
        lambda: restrictions.restrict(alice, UNDECLARED, ground=CLAIMS),
    ):
        with pytest.raises(purposes.UnknownPurposeError, match="nobody-knows"):
            record()
    assert newly_said() == []


def test_an_objection_stands_once_until_it_is_lifted(alice, bob, newly_said):
    first = objections.object_to(alice, INTEREST, request=REQUEST)
    assert objections.object_to(alice, INTEREST) == first
    assert objections.is_open(alice, INTEREST)
    assert not objections.is_open(bob, INTEREST)
    assert objections.lift(first)
    assert not objections.lift(first)
    assert not objections.is_open(alice, INTEREST)
    assert objections.object_to(alice, INTEREST) != first
    assert newly_said() == ["objection.raised", "objection.lifted", "objection.raised"]


def test_marketing_can_be_objected_to_as_a_whole_and_by_purpose(alice):
    whole = objections.object_to_marketing(alice)
    assert objections.object_to_marketing(alice) == whole
    assert objections.is_open(alice, None)
    assert not objections.is_open(alice, CAMPAIGN)
    objections.object_to(alice, CAMPAIGN)
    objections.object_to(alice, NEWSLETTER)
    assert objections.open_for(alice).count() == 3


@pytest.mark.parametrize("purpose", [CONTRACT, LEGAL, CONSENT])
def test_article_21_gives_no_objection_to_other_bases(alice, purpose):
    with pytest.raises(purposes.WrongBasisError, match=r"Art\. 21"):
        objections.object_to(alice, purpose)


def test_a_restriction_stands_once_a_purpose_until_it_is_lifted(alice, bob, newly_said):
    everything = restrictions.restrict(alice, ground=CLAIMS, request=REQUEST)
    assert restrictions.restrict(alice, ground=CLAIMS) == everything
    one = restrictions.restrict(alice, CONTRACT, ground=CLAIMS)
    assert one != everything
    assert not restrictions.open_for(bob)
    assert restrictions.lift(everything)
    assert not restrictions.lift(everything)
    assert list(restrictions.open_for(alice)) == [one]
    assert newly_said() == ["restriction.placed", "restriction.placed", "restriction.lifted"]


def test_a_change_and_its_entry_go_together(alice, newly_said):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        consents.give(alice, NEWSLETTER, wording="Send me news.")
        objections.object_to_marketing(alice)
        raise ZeroDivisionError
    assert not consents.open_for(alice)
    assert not objections.open_for(alice)
    assert newly_said() == []


def test_purposes_are_written_once_and_follow_the_declaration(newly_said):
    assert purposes.write() == 0
    assert {NEWSLETTER.code, CAMPAIGN.code} <= {row.code for row in purposes.marketing()}
    assert not purposes.marketing().filter(code=CONTRACT.code)
    row = purposes.marketing().get(code="newsletter")
    row.label = "Old name"
    row.save()
    assert purposes.write() == 1
    assert purposes.marketing().get(code="newsletter").label == NEWSLETTER.label
    assert newly_said() == ["purposes.written"]
    assert len(ALL) == 8
