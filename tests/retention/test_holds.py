"""A hold on a kind of records, or on one: the nightly run leaves what it covers and what belongs to it, and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dsar.duties.retention import due
from dsar.registers import holds
from tests.testapp.models import Loan, LoanLine, Message, Visit

TERMS: dict[str, Any] = {"ground": "Claim", "law": "Limitation Act"}


@pytest.fixture
def place(officer):
    """Place a hold on some of a person's records."""

    def of(person, **covered):
        return holds.place(person.user, **TERMS, review_on=due.today(), by=officer.user, **covered)

    return of


def _keys(rows):
    return set(rows.values_list("pk", flat=True))


def test_a_hold_on_one_record_keeps_it_with_what_belongs_to_it(cast, place, night):
    Loan.objects.update(lent_at=timezone.now() - timedelta(days=3000))
    kept, *others = Loan.objects.filter(borrower=cast.alice.user).order_by("pk")
    lines = _keys(LoanLine.objects.filter(loan=kept))
    assert others
    assert lines
    assert LoanLine.objects.exclude(pk__in=lines).exists()
    hold = place(cast.alice, declaration="testapp.Loan", row=str(kept.pk))
    run = night()
    assert _keys(Loan.objects.all()) == {kept.pk}
    assert _keys(LoanLine.objects.all()) == lines
    assert {one["unit"]: one["hold"] for one in run.left} == {
        "testapp.Loan": 1,
        "testapp.LoanLine": len(lines),
    }
    holds.release(hold, by=hold.placed_by)
    night()
    assert not Loan.objects.exists()
    assert not LoanLine.objects.exists()


def test_a_hold_on_a_kind_keeps_that_kind_of_that_person(
    cast, place, old_messages, old_visits, night
):
    alices, bobs = old_messages(cast.alice, cast.carol), old_messages(cast.bob, cast.carol)
    visits = old_visits(cast.alice)
    hold = place(cast.alice, declaration="testapp.Message")
    night()
    assert Message.objects.filter(pk__in=[one.pk for one in alices]).count() == len(alices)
    assert not Message.objects.filter(pk__in=[one.pk for one in bobs]).exists()
    assert not Visit.objects.filter(pk__in=[one.pk for one in visits]).exists()
    holds.release(hold, by=hold.placed_by)
    night()
    assert not Message.objects.filter(pk__in=[one.pk for one in alices]).exists()


def test_a_hold_on_one_record_keeps_no_record_of_another_kind_with_the_same_key(
    cast, place, old_messages, night
):
    old = old_messages(cast.alice, cast.carol)
    for one in old:
        place(cast.alice, declaration="testapp.Loan", row=str(one.pk))
        place(cast.alice, declaration="testapp.Loan", row="no number at all")
    night()
    assert not Message.objects.filter(pk__in=[one.pk for one in old]).exists()
