"""A purpose is used from its start on: told of before, weighed where it must be, never marketing on an interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from dsar.contract import registry
from dsar.contract.vocabulary import LegalBasis
from dsar.ledger.models import Entry
from dsar.processing import only_permitted, permitted
from dsar.registers import consents, purposes, starting
from dsar.registers.models import Purpose
from dsar.registers.purpose_models import Signature
from tests import policies
from tests.cast import person
from tests.purposes import CAMPAIGN, CONSENT, CONTRACT, INTEREST, LEGAL, NEWSLETTER, VITAL

NEW = replace(CONTRACT, code="deliveries")
WEIGHED = replace(INTEREST, code="fraud")
NOTIFIED = replace(CONTRACT, code="surveys", pdpa="s 15A, deemed consent by notification")
OFFICES = Signature.Office.values


@pytest.fixture
def carol(db):
    return person("carol")


def deploy(*said):
    """What a deployment does that declares these purposes as well."""
    for one in said:
        registry.register_purpose(one)
    purposes.write()
    return [Purpose.objects.get(pk=one.code) for one in said]


def weigh(purpose, *signers, days=30):
    """An assessment, signed by these people."""
    written = starting.assess(
        purpose,
        by=signers[0],
        benefit="Customers are not deceived.",
        necessity="Nothing less shows it.",
        balance="Nobody is refused by it.",
        review_on=timezone.localdate() + timedelta(days=days),
    )
    for office, signer in zip(OFFICES, signers, strict=False):
        starting.sign(written, by=signer, office=office)
    return written


def told(alice, bob, **said):
    return policies.published(by=alice, then=bob, **said)


def test_a_new_purpose_is_used_for_nobody_before_people_were_told(alice, bob):
    (purpose,) = deploy(NEW)
    assert purpose.active_from is None
    assert not permitted(alice, NEW)
    assert not only_permitted(type(alice).objects.all(), NEW).exists()
    assert permitted(alice, CONTRACT)
    with pytest.raises(starting.StartError, match="older than the purpose"):
        type(purpose).objects.filter(pk=purpose.pk).update(
            declared_at=timezone.now() + timedelta(1)
        )
        starting.start(purpose, by=alice, told_in=told(alice, bob))
    assert not permitted(alice, NEW)


def test_it_starts_with_the_version_of_the_policy_that_tells_of_it(alice, bob):
    (purpose,) = deploy(NEW)
    started = starting.start(purpose, by=alice, told_in=told(alice, bob))
    assert permitted(alice, NEW)
    assert permitted(bob, NEW)
    assert started.active_from >= purpose.declared_at
    assert Entry.objects.filter(tag="purpose.started").count() == 1
    with pytest.raises(starting.StartError, match="its start already"):
        starting.start(purpose, by=alice, told_in=told(alice, bob, rights="More."))


def test_before_that_version_takes_effect_nothing_is_used(alice, bob):
    told(alice, bob)
    (purpose,) = deploy(NEW)
    coming = told(alice, bob, days=20, significant=True, purposes="Deliveries, too.")
    started = starting.start(purpose, by=alice, told_in=coming)
    assert started.active_from == coming.effective_at
    assert not permitted(alice, NEW)


def test_a_draft_tells_nobody(alice, bob):
    (purpose,) = deploy(NEW)
    with pytest.raises(starting.StartError, match="published version"):
        starting.start(purpose, by=alice, told_in=policies.draft(by=alice))


def test_a_consent_given_before_the_start_permits_nothing(alice, bob):
    """Consent to one use is none to be used before people were told how."""
    said = replace(CONSENT, code="profile_again")
    (purpose,) = deploy(said)
    consents.give(alice, said, wording="Yes.")
    assert not permitted(alice, said)
    starting.start(purpose, by=bob, told_in=told(alice, bob))
    assert permitted(alice, said)
    assert not permitted(bob, said)


@pytest.mark.parametrize("basis", [LEGAL, VITAL])
def test_what_the_law_demands_or_a_life_needs_waits_for_nobody(alice, basis):
    said = replace(basis, code="at_once")
    (purpose,) = deploy(said)
    assert purpose.active_from is not None
    assert permitted(alice, said)


def test_another_basis_is_another_purpose_and_waits_anew(alice):
    assert permitted(alice, CONTRACT)
    before = Purpose.objects.get(pk=CONTRACT.code).declared_at
    with registry.replaced():
        registry.register_purpose(replace(CONTRACT, basis=LegalBasis.CONSENT, consequence="None."))
        purposes.write()
        row = Purpose.objects.get(pk=CONTRACT.code)
        assert row.active_from is None
        assert row.declared_at != before
        consents.give(alice, CONTRACT.code, wording="Yes.")
        assert not permitted(alice, CONTRACT.code)


def test_another_label_starts_nothing_anew(alice):
    before = Purpose.objects.get(pk=CONTRACT.code)
    with registry.replaced():
        registry.register_purpose(replace(CONTRACT, label="Ordering and paying"))
        assert purposes.write() == 1
    row = Purpose.objects.get(pk=CONTRACT.code)
    assert row.label == "Ordering and paying"
    assert (row.active_from, row.declared_at) == (before.active_from, before.declared_at)


def test_with_the_first_deployment_everything_starts_that_need_not_be_weighed(db):
    with registry.replaced(), transaction.atomic():
        Purpose.objects.all().delete()
        first = deploy(NEW, WEIGHED, NOTIFIED, NEWSLETTER)
        assert [one.active_from is not None for one in first] == [True, False, False, True]
        transaction.set_rollback(True)


@pytest.mark.parametrize("said", [WEIGHED, NOTIFIED])
def test_an_interest_is_used_after_three_people_of_three_offices_signed(alice, bob, carol, said):
    (purpose,) = deploy(said)
    policy = told(alice, bob)
    written = weigh(purpose, alice, bob)
    with pytest.raises(starting.StartError, match="3 signatures"):
        starting.start(purpose, by=alice, told_in=policy)
    for by, office in ((bob, OFFICES[2]), (carol, OFFICES[0])):
        with pytest.raises(starting.SignedTwiceError):
            starting.sign(written, by=by, office=office)
    starting.sign(written, by=carol, office=OFFICES[2])
    starting.start(purpose, by=alice, told_in=policy)
    assert permitted(alice, said)
    tags = Entry.objects.filter(tag__startswith="purpose.").values_list("tag", flat=True)
    assert sorted(tags) == [
        "purpose.assessed",
        *["purpose.assessment_signed"] * 3,
        "purpose.started",
    ]


def test_signatures_under_two_assessments_are_no_three_under_one(alice, bob, carol):
    (purpose,) = deploy(WEIGHED)
    weigh(purpose, alice, bob)
    other = weigh(purpose, alice)
    starting.sign(other, by=carol, office=OFFICES[2])
    assert not starting.is_assessed(purpose)


def test_an_assessment_of_another_basis_or_overdue_counts_for_nothing(alice, bob, carol):
    (purpose,) = deploy(WEIGHED)
    written = weigh(purpose, alice, bob, carol, days=0)
    assert starting.is_assessed(purpose)
    type(written).objects.update(review_on=timezone.localdate() - timedelta(days=1))
    assert not starting.is_assessed(purpose)
    type(written).objects.update(review_on=timezone.localdate(), basis="contract")
    assert not starting.is_assessed(purpose)


def test_in_singapore_no_marketing_rests_on_an_interest(alice, bob, carol, settings):
    said = replace(CAMPAIGN, code="leaflets")
    (purpose,) = deploy(said)
    weigh(purpose, alice, bob, carol)
    policy = told(alice, bob)
    with pytest.raises(starting.StartError, match="Marketing may not"):
        starting.start(purpose, by=alice, told_in=policy)
    settings.DSAR = settings.DSAR | {"REGIMES": ("EU",)}
    starting.start(purpose, by=alice, told_in=policy)
    assert permitted(alice, said)


def test_a_purpose_that_no_app_declares_any_more_does_not_start(alice, bob):
    gone = Purpose.objects.create(code="gone", label="Gone", basis="contract")
    with pytest.raises(starting.StartError, match="No app declares"):
        starting.start(gone, by=alice, told_in=told(alice, bob))
