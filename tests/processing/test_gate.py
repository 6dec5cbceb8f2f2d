"""The processing gate: no basis, no processing; and both of its forms say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsar.processing import only_permitted, permitted
from dsar.registers import consents, objections, restrictions
from dsar.registers.models import Restriction
from tests import purposes
from tests.cast import person
from tests.purposes import (
    ALL,
    CAMPAIGN,
    CONSENT,
    CONTRACT,
    INTEREST,
    LEGAL,
    NEWSLETTER,
    PUBLIC,
    UNDECLARED,
    VITAL,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.contract.declarations import Purpose

CLAIMS = Restriction.Ground.CLAIMS
WITHOUT_ASKING = {CONTRACT.code, LEGAL.code, INTEREST.code, PUBLIC.code, VITAL.code, CAMPAIGN.code}


def allowed(someone) -> set[str]:
    return {purpose.code for purpose in ALL if permitted(someone, purpose)}


def test_whoever_said_nothing_is_used_for_what_needs_no_consent(alice):
    assert allowed(alice) == allowed(alice.pk) == WITHOUT_ASKING


def test_a_code_says_the_same_as_its_purpose(alice):
    assert permitted(alice, "ordering")
    assert not permitted(alice, "newsletter")


def test_nobody_unknown_and_nothing_unknown_is_permitted(alice):
    unsaved = get_user_model()()
    for nobody in (None, AnonymousUser(), unsaved, alice.pk + 1_000_000):
        assert allowed(nobody) == set()
    assert not permitted(alice, UNDECLARED)
    assert not permitted(alice, "no-such-purpose")
    assert not only_permitted(get_user_model().objects.all(), UNDECLARED)


def test_a_purpose_that_no_app_declares_any_more_is_not_permitted(alice):
    assert permitted(alice, CONTRACT)
    with purposes.declared(LEGAL):
        assert not permitted(alice, CONTRACT)


def test_a_closed_account_permits_nothing(alice):
    alice.is_active = False
    alice.save()
    assert allowed(alice) == set()


def test_consent_counts_from_giving_to_withdrawal(alice, bob):
    consents.give(alice, CONSENT, wording="yes")
    assert allowed(alice) == WITHOUT_ASKING | {CONSENT.code}
    assert allowed(bob) == WITHOUT_ASKING
    consents.withdraw(alice, CONSENT)
    assert allowed(alice) == WITHOUT_ASKING
    consents.give(alice, CONSENT, wording="yes")
    assert permitted(alice, CONSENT)


def test_an_objection_stops_its_purpose_only(alice, bob):
    standing = objections.object_to(alice, INTEREST)
    assert allowed(alice) == WITHOUT_ASKING - {INTEREST.code}
    assert allowed(bob) == WITHOUT_ASKING
    objections.lift(standing)
    assert allowed(alice) == WITHOUT_ASKING


def test_an_objection_to_marketing_stops_every_marketing_purpose(alice, bob):
    for someone in (alice, bob):
        consents.give(someone, NEWSLETTER, wording="yes")
    assert {NEWSLETTER.code, CAMPAIGN.code} <= allowed(alice)
    objections.object_to_marketing(alice)
    assert allowed(alice) == WITHOUT_ASKING - {CAMPAIGN.code}
    assert allowed(bob) == WITHOUT_ASKING | {NEWSLETTER.code}


def test_a_consent_given_after_the_objection_is_the_later_will(alice):
    objections.object_to_marketing(alice)
    consents.give(alice, NEWSLETTER, wording="yes, after all")
    assert permitted(alice, NEWSLETTER)
    assert not permitted(alice, CAMPAIGN)


def test_a_restriction_leaves_storage_and_what_the_law_demands(alice, bob):
    consents.give(alice, CONSENT, wording="yes")
    standing = restrictions.restrict(alice, ground=CLAIMS)
    assert allowed(alice) == {LEGAL.code}
    assert allowed(bob) == WITHOUT_ASKING
    restrictions.lift(standing)
    assert allowed(alice) == WITHOUT_ASKING | {CONSENT.code}


def test_a_restriction_of_one_purpose_leaves_the_others(alice):
    restrictions.restrict(alice, CONTRACT, ground=CLAIMS)
    assert allowed(alice) == WITHOUT_ASKING - {CONTRACT.code}


def test_under_a_restriction_a_consent_given_since_counts(alice):
    restrictions.restrict(alice, ground=CLAIMS)
    consents.give(alice, CONSENT, wording="yes, use it")
    assert allowed(alice) == {LEGAL.code, CONSENT.code}


def test_a_change_is_effective_in_its_own_transaction(alice):
    consents.give(alice, CONSENT, wording="yes")
    with transaction.atomic():
        consents.withdraw(alice, CONSENT)
        assert not permitted(alice, CONSENT)
        transaction.set_rollback(True)
    assert permitted(alice, CONSENT)


@pytest.mark.parametrize("purpose", ALL, ids=lambda purpose: purpose.code)
def test_each_form_is_one_statement(alice, purpose, django_assert_num_queries):
    with django_assert_num_queries(1):
        permitted(alice, purpose)
    with django_assert_num_queries(1):
        list(only_permitted(get_user_model().objects.order_by("pk"), purpose))


SAYINGS: dict[str, Callable[[Any, Purpose], object]] = {
    "consent": lambda who, what: (
        consents.give(who, what, wording="yes") if what.basis == "consent" else None
    ),
    "withdraw": consents.withdraw,
    "object": lambda who, what: objections.object_to(who, what) if _may_object(what) else None,
    "object to marketing": lambda who, _: objections.object_to_marketing(who),
    "take back": lambda who, _: [objections.lift(one) for one in objections.open_for(who)],
    "restrict": lambda who, what: restrictions.restrict(who, what, ground=CLAIMS),
    "restrict all": lambda who, _: restrictions.restrict(who, ground=CLAIMS),
    "lift": lambda who, _: [restrictions.lift(one) for one in restrictions.open_for(who)],
}


def _may_object(purpose) -> bool:
    return purpose.marketing or purpose.basis in objections.OPEN_TO_OBJECTION


class Remembered:
    """The rule told a second time, in plain Python over what was said in order."""

    def __init__(self) -> None:
        self.now = 0
        self.consents: dict[str, int] = {}
        self.objections: dict[str | None, int] = {}
        self.restrictions: dict[str | None, int] = {}

    def hear(self, saying: str, purpose) -> None:
        """Take in one thing that was said."""
        self.now += 1
        code = purpose.code
        if saying == "consent" and purpose.basis == "consent":
            self.consents[code] = self.now
        elif saying == "withdraw":
            self.consents.pop(code, None)
        elif saying == "object" and _may_object(purpose):
            self.objections.setdefault(code, self.now)
        elif saying == "object to marketing":
            self.objections.setdefault(None, self.now)
        elif saying == "take back":
            self.objections.clear()
        elif saying.startswith("restrict"):
            self.restrictions.setdefault(None if saying.endswith("all") else code, self.now)
        elif saying == "lift":
            self.restrictions.clear()

    def permits(self, purpose) -> bool:
        """Tell what the gate should answer."""
        if purpose.basis == "legal_obligation":
            return True
        against = [self.restrictions.get(purpose.code, 0), self.restrictions.get(None, 0)]
        against += [self.objections.get(purpose.code, 0)]
        against += [self.objections.get(None, 0)] if purpose.marketing else []
        if purpose.basis == "consent":
            return self.consents.get(purpose.code, 0) > max(against)
        return not any(against)


@given(
    said=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(sorted(SAYINGS)), st.sampled_from(ALL)),
        max_size=12,
    )
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_forms_follow_the_rule_whatever_was_said(db, said):
    with transaction.atomic():
        cast = [person(f"subject-{number}") for number in range(3)]
        told = [Remembered() for _ in cast]
        for number, saying, purpose in said:
            SAYINGS[saying](cast[number], purpose)
            told[number].hear(saying, purpose)
        everybody = get_user_model().objects.filter(pk__in=[one.pk for one in cast])
        for purpose in ALL:
            expected = {
                one.pk for one, heard in zip(cast, told, strict=True) if heard.permits(purpose)
            }
            assert {one.pk for one in cast if permitted(one, purpose)} == expected
            assert set(only_permitted(everybody, purpose).values_list("pk", flat=True)) == expected
        transaction.set_rollback(True)
