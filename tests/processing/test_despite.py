"""Restricted data is used in the cases of Art. 18(2) only, with a reason, and each use is in register and ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from dsar.ledger.models import Entry
from dsar.processing import (
    Despite,
    ProcessingRestrictedError,
    permitted,
    use_despite_restriction,
)
from dsar.registers import consents, holds, objections, restrictions
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.models import Restriction
from tests import purposes
from tests.purposes import CAMPAIGN, CONSENT, CONTRACT, INTEREST, LEGAL, NEWSLETTER

ACCURACY = Restriction.Ground.ACCURACY_CONTESTED
WHY = "Claim 12 of Ms Example against us"


def _entries():
    return [json.loads(one.canonical) for one in Entry.objects.filter(tag="restriction.excepted")]


def _use(person, purpose=CONTRACT, **said):
    facts = {"case": Despite.CLAIMS, "reason": WHY}
    return use_despite_restriction(person, purpose, **facts | said)


def _refused(*asked, **said):
    with pytest.raises(ProcessingRestrictedError):
        _use(*asked, **said)
    assert not ExemptedUse.objects.exists()
    assert _entries() == []


@pytest.mark.parametrize("case", list(Despite))
def test_each_case_of_the_law_passes_once_with_its_reason_and_its_entry(alice, bob, case):
    asked = uuid4()
    standing = restrictions.restrict(alice, ground=ACCURACY, request=asked)
    assert not permitted(alice, CONTRACT)
    noted = _use(alice, case=case, by=bob)
    assert (noted.subject, noted.act, noted.code) == (alice, "restricted", case.value)
    assert (noted.reason, noted.entered_by, noted.purpose_id) == (WHY, bob, CONTRACT.code)
    (entry,) = _entries()
    assert entry["request"] == str(asked)
    assert entry["detail"] == {
        "restriction": standing.pk,
        "exemption": noted.pk,
        "code": case.value,
        "purpose": CONTRACT.code,
        "hold": None,
    }
    assert not permitted(alice, CONTRACT), "It is one use: the gate stays shut."


def test_without_a_case_of_the_law_or_a_reason_it_stays_shut(alice):
    restrictions.restrict(alice, CONTRACT, ground=ACCURACY)
    for code in ("", "convenience", "justice", "legal claims"):
        _refused(alice, case=code)
    for empty in ("", " \n"):
        _refused(alice, reason=empty)


@pytest.mark.parametrize("purpose", [CAMPAIGN, NEWSLETTER, CONSENT], ids=lambda one: one.code)
def test_advertising_profiles_and_what_rests_on_consent_never_pass(alice, purpose):
    restrictions.restrict(alice, ground=ACCURACY)
    for case in Despite:
        _refused(alice, purpose, case=case)


def test_a_purpose_that_decides_about_people_by_itself_never_passes(alice):
    scoring = replace(CONTRACT, automated_decision="A score decides.")
    with purposes.declared(scoring):
        restrictions.restrict(alice, ground=ACCURACY)
        _refused(alice, scoring)
    with purposes.declared(CONTRACT):
        assert _use(alice, CONTRACT)


def test_where_nothing_is_restricted_or_the_law_demands_it_nothing_is_noted(alice, bob):
    restrictions.restrict(alice, ground=ACCURACY)
    assert _use(bob) is None
    assert _use(alice, LEGAL) is None
    consents.give(alice, CONSENT, wording="yes, since")
    assert _use(alice, CONSENT) is None
    assert (ExemptedUse.objects.count(), _entries()) == (0, [])


def test_it_passes_by_a_restriction_and_by_nothing_else(alice):
    restrictions.restrict(alice, ground=ACCURACY)
    objections.object_to(alice, INTEREST)
    _refused(alice, INTEREST)
    alice.is_active = False
    alice.save()
    _refused(alice)


def test_a_hold_that_it_names_must_stand_on_that_person(alice, bob):
    restrictions.restrict(alice, ground=ACCURACY)
    day = timezone.localdate() + timedelta(days=30)
    said: dict[str, Any] = {"ground": "A claim", "law": "Limitation Act", "review_on": day}
    own, others = (holds.place(one, by=bob, **said) for one in (alice, bob))
    _refused(alice, hold=others.pk)
    assert _use(alice, hold=own.pk)
    assert _entries()[0]["detail"]["hold"] == str(own.pk)


def test_neither_reason_nor_person_stand_in_the_ledger(alice):
    restrictions.restrict(alice, ground=ACCURACY)
    _use(alice)
    (entry,) = Entry.objects.filter(tag="restriction.excepted")
    for word in (WHY, "Example", alice.get_username(), alice.email):
        assert word not in entry.canonical
