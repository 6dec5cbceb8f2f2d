"""A row is due once its retention has ended, by the calendar, and nothing says that it must stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar.cases import preserving
from dsar.cases import withholding as owing
from dsar.contract import registry
from dsar.contract.declarations import Retention
from dsar.duties.retention import due, runs, schedule
from dsar.engine import retaining, withholding
from dsar.registers import holds, restrictions
from dsar.registers.models import Restriction
from tests import faces
from tests.testapp.models import Loan, Message, Payment, Tag, Visit


def _unit(label):
    (found,) = (one for one in schedule.units() if one.label == label)
    return found


def _due(label, on=None):
    return set(due.free(_unit(label), of=due.day(on or due.today())).values_list("pk", flat=True))


def _keys(rows):
    return {one.pk for one in rows}


@pytest.mark.parametrize(
    ("terms", "on", "last"),
    [
        ({"years": 1}, date(2026, 3, 1), date(2025, 3, 1)),
        ({"years": 1}, date(2025, 2, 28), date(2024, 2, 29)),
        ({"months": 1}, date(2026, 2, 28), date(2026, 1, 31)),
        ({"months": 1}, date(2026, 3, 1), date(2026, 2, 1)),
        ({"days": 90}, date(2026, 4, 1), date(2026, 1, 1)),
        ({"years": 5, "from_end_of": "financial_year"}, date(2026, 12, 30), date(2020, 12, 31)),
        ({"years": 5, "from_end_of": "financial_year"}, date(2026, 12, 31), date(2021, 12, 31)),
    ],
)
def test_the_last_day_that_is_over_fits_the_day_on_which_a_record_may_go(terms, on, last):
    kept = Retention(after="made_at", law="House rules 1", **terms)
    assert retaining.last_over(kept, on=on) == last
    assert retaining.end(last, kept) <= on
    assert retaining.end(last + timedelta(days=1), kept) > on


def test_the_day_is_the_house_s_and_not_the_server_s(cast, old_messages):
    """A year after 23:30 in Singapore ends with that day there, when it is still the day before elsewhere."""
    here = timezone.get_default_timezone()
    (message,) = old_messages(cast.alice, cast.bob, number=1)
    Message.objects.update(sent_at=datetime(2025, 6, 9, 23, 30, tzinfo=here))
    assert message.pk not in _due("testapp.Message", date(2026, 6, 8))
    assert message.pk in _due("testapp.Message", date(2026, 6, 9))


def test_only_what_is_older_than_its_period_is_due(cast, old_messages):
    old = old_messages(cast.alice, cast.bob)
    assert Message.objects.count() > len(old)
    assert _due("testapp.Message") == _keys(old)


def test_the_condition_in_sql_finds_the_same_rows(cast, old_messages):
    """On the day, and on one on which everything is over: by a date of their own, or of another record."""
    old_messages(cast.alice, cast.bob)
    compared = set()
    for on in (due.today(), date(2200, 1, 1)):
        for unit in schedule.units():
            of = due.day(on)
            rows = due.over(unit, of=of)
            if rows.exists():
                sql, params = due.is_over(unit, of=of).bind(None)
                found = unit.model._base_manager.extra(where=[sql], params=params)  # noqa: S610 - no words of anybody.
                assert set(found.values_list("pk")) == set(rows.values_list("pk")), unit.label
                compared.add(unit.label)
    assert {"testapp.Message", "testapp.LoanLine", "testapp.Circle_members"} <= compared


@pytest.mark.parametrize("who", ["sender", "recipient"])
def test_a_hold_on_any_person_in_the_row_keeps_it_until_it_is_released(
    cast, old_messages, officer, who
):
    carol_to_bob = old_messages(cast.carol, cast.bob)
    alices = old_messages(cast.alice, cast.carol)
    hold = holds.place(
        {"sender": cast.alice, "recipient": cast.bob}[who].user,
        ground="Court order",
        law="Rules of Court",
        review_on=due.today(),
        by=officer.user,
    )
    kept, goes = (alices, carol_to_bob) if who == "sender" else (carol_to_bob, alices)
    assert _due("testapp.Message") == _keys(goes)
    holds.release(hold, by=officer.user)
    assert _due("testapp.Message") == _keys(kept) | _keys(goes)


def test_rows_of_nobody_are_due_although_holds_stand(cast, officer):
    """A column that is empty is neither in a list nor outside of it; such a row must go all the same."""
    longago = timezone.now() - timedelta(days=3000)
    Loan.objects.update(lent_at=longago)
    Payment.objects.update(paid_at=longago, payer=None)
    holds.place(
        cast.alice.user,
        ground="Claim",
        law="Limitation Act",
        review_on=due.today(),
        by=officer.user,
    )
    guests = Loan.objects.filter(borrower=None)
    assert guests.count() == 2
    bobs = Loan.objects.filter(borrower=cast.bob.user)
    assert _due("testapp.Loan") == _keys(guests) | _keys(bobs)
    (counted,) = (one for one in runs.counted(on=due.today()) if one["unit"] == "testapp.Payment")
    assert (counted["over"], counted["due"], counted["hold"]) == (2, 2, 0)


@pytest.mark.parametrize("right", ["access", "deletion", "portability"])
def test_who_has_a_request_open_keeps_everything(cast, old_visits, right):
    alices, bobs = old_visits(cast.alice), old_visits(cast.bob)
    assert _due("testapp.Visit") == _keys(alices) | _keys(bobs)
    faces.file(cast.alice, right)
    assert _due("testapp.Visit") == _keys(bobs)


def test_a_closed_request_beside_an_open_one_keeps_nobody_less(cast, old_visits):
    case = faces.file(cast.alice, "access", "deletion")
    first = case.requests.get(right="deletion")
    type(first).objects.filter(pk=first.pk).update(
        state="closed", outcome="withdrawn_by_requester", answered_at=timezone.now()
    )
    assert preserving.is_held(cast.alice.pk)
    old_visits(cast.alice)
    assert _due("testapp.Visit") == set()


def test_what_an_answer_left_out_keeps_its_rows_until_it_is_put_aside(cast, old_visits):
    alices, bobs = old_visits(cast.alice), old_visits(cast.bob)
    request = faces.file(cast.alice, "access").requests.get()
    now = timezone.now()
    ended = {"state": "closed", "outcome": "partially_fulfilled", "answered_at": now}
    type(request).objects.filter(pk=request.pk).update(**ended, closed_at=now)
    owing.begin(request, refused_at=now)
    assert _due("testapp.Visit") == _keys(bobs)
    assert withholding.put_aside(request.pk) is True
    assert _due("testapp.Visit") == _keys(alices) | _keys(bobs)


def test_a_restriction_keeps_what_is_held_for_its_purpose(cast, old_messages, old_visits):
    messages, visits = old_messages(cast.alice, cast.bob), old_visits(cast.alice)
    restrictions.restrict(cast.alice.user, "test_safety", ground=Restriction.Ground.CLAIMS)
    assert _due("testapp.Visit") == set()
    assert _due("testapp.Message") == _keys(messages)
    restrictions.restrict(cast.alice.user, ground=Restriction.Ground.CLAIMS)
    assert _due("testapp.Message") == set()
    assert Visit.objects.filter(pk__in=_keys(visits)).count() == len(visits)


def test_the_address_of_an_open_request_without_account_keeps_its_rows(cast, monkeypatch):
    Loan.objects.update(lent_at=timezone.now() - timedelta(days=3000))
    monkeypatch.setattr(preserving, "people_without_account", lambda: [cast.alice.email])
    bobs = Loan.objects.filter(contact_email=cast.bob.email)
    assert _due("testapp.Loan") == _keys(bobs)


def test_a_row_without_a_date_is_never_due(cast):
    get_user_model().objects.update(last_login=None)
    assert _due("accounts.User", date(2100, 1, 1)) == set()


def test_rows_to_which_something_refers_that_stays_are_due_and_do_not_go_yet(cast):
    Loan.objects.update(lent_at=timezone.now() - timedelta(days=3000))
    unit, of = _unit("testapp.Loan"), due.day(due.today())
    assert due.free(unit, of=of).count() == 8
    # Each of the others has lines; the two of guests have none.
    assert set(due.let_go(unit, of=of)) == set(Loan.objects.filter(borrower=None))


def test_counting_takes_three_statements_however_many_rows(cast, old_messages, old_visits):
    def asked():
        with CaptureQueriesContext(connection) as found:
            runs.counted(on=due.today())
        return len(found)

    old_messages(cast.alice, cast.bob, number=1)
    before = asked()
    old_messages(cast.alice, cast.bob, number=30)
    old_visits(cast.bob, number=30)
    # One for what is open without account, one that finds the tables with anything over, one that counts in them.
    assert asked() == before == 3


def test_what_is_counted_says_what_stays_for_which_reason_and_since_when(
    cast, old_messages, officer
):
    old_messages(cast.alice, cast.carol, number=3)
    old_messages(cast.bob, cast.carol, number=2)
    holds.place(
        cast.bob.user, ground="Claim", law="Limitation Act", review_on=due.today(), by=officer.user
    )
    (counted,) = (one for one in runs.counted(on=due.today()) if one["unit"] == "testapp.Message")
    assert (counted["over"], counted["due"], counted["hold"]) == (5, 3, 2)
    assert counted["total"] == Message.objects.count()
    sent = timezone.localtime(timezone.now() - timedelta(days=500)).date()
    assert counted["since"] == retaining.end(sent, Retention(after="", law="", years=1)).isoformat()


def test_each_declaration_has_one_line_of_the_schedule():
    lines = schedule.lines()
    assert [one["declaration"] for one in lines] == [one.label for one in registry.current().all()]
    (visits,) = (one for one in lines if one["declaration"] == "testapp.Visit")
    assert visits["period"] == "90 days"
    assert visits["law"] == "Library rules 4"
    assert visits["then"] == "deleted"


@pytest.mark.django_db
def test_a_row_in_which_two_people_stand_is_one_unit():
    assert {one.role for one in _unit("testapp.Handover").declarations} == {"giver", "taker"}
    assert Tag in {one.model for one in schedule.units()}
