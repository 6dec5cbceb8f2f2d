"""Advertising by channel: what is said about one stops that one, and a number of Singapore is asked about first."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from dsar.contract.vocabulary import Channel
from dsar.law import do_not_call
from dsar.ledger.models import Entry
from dsar.processing import Call, only_callable, only_permitted, permitted
from dsar.registers import consents, number_checks, objections, suppression
from dsar.registers.models import NumberCheck
from tests import purposes
from tests.purposes import CALLS, CAMPAIGN, CONTRACT, NEWSLETTER, OFFERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCAL, LISTED, ABROAD = "+65 6000 0001", "6000 0002", "+44 20 7946 0000"


@pytest.fixture(autouse=True)
def _declared(db: None) -> Iterator[None]:
    key = {"SUPPRESSION_KEY": "a fictional key"}
    with (
        override_settings(DSAR=key),
        purposes.declared(CONTRACT, NEWSLETTER, CAMPAIGN, OFFERS, CALLS),
    ):
        yield


def where(someone, purpose) -> set[Channel]:
    """The channels in which both forms of the gate permit a purpose."""
    found = {one for one in Channel if permitted(someone, purpose, channel=one)}
    people = get_user_model().objects.filter(pk=someone.pk)
    assert found == {one for one in Channel if only_permitted(people, purpose, channel=one)}
    return found


def checked(number: str, *, ago: int, listed: bool) -> None:
    day = timezone.localdate() - timedelta(days=ago)
    number_checks.note([number_checks.Answer(number=number, asked_on=day, listed=listed)])


def test_a_marketing_purpose_is_permitted_in_its_channels_only(alice):
    for purpose in (NEWSLETTER, OFFERS):
        consents.give(alice, purpose, wording="yes")
    assert where(alice, NEWSLETTER) == where(alice, CAMPAIGN) == {Channel.EMAIL}
    assert where(alice, CALLS) == {Channel.PHONE}
    assert where(alice, OFFERS) == where(alice, CONTRACT) == {Channel.EMAIL, Channel.PHONE}


@pytest.mark.parametrize("channel", list(Channel))
def test_an_objection_in_one_channel_leaves_the_other(alice, bob, channel):
    for someone in (alice, bob):
        consents.give(someone, OFFERS, wording="yes")
    objections.object_to_marketing(alice, channel=channel)
    assert where(alice, OFFERS) == set(Channel) - {channel}
    assert where(alice, CALLS) == {Channel.PHONE} - {channel}
    assert where(alice, CAMPAIGN) == {Channel.EMAIL} - {channel}
    assert where(bob, OFFERS) == {Channel.EMAIL, Channel.PHONE}
    assert not objections.is_open(alice, None)


def test_an_objection_without_channel_stops_every_one_after_another_in_one(alice):
    consents.give(alice, OFFERS, wording="yes")
    objections.object_to_marketing(alice, channel=Channel.EMAIL)
    objections.object_to_marketing(alice)
    assert where(alice, OFFERS) == where(alice, CALLS) == where(alice, CAMPAIGN) == set()
    assert where(alice, CONTRACT) == {Channel.EMAIL, Channel.PHONE}


def test_a_check_of_the_register_stands_for_twenty_one_days():
    assert do_not_call.stands_until(date(2026, 2, 2)) == date(2026, 2, 23)
    answers = [
        number_checks.Answer(number=LOCAL, asked_on=date(2026, 2, 2), listed=False),
        number_checks.Answer(number=LISTED, asked_on=date(2026, 2, 2), listed=True),
    ]
    number_checks.note(answers)
    both = {LOCAL, LISTED}
    assert number_checks.free_among(both, today=date(2026, 2, 1)) == set()
    assert number_checks.free_among(both, today=date(2026, 2, 2)) == {LOCAL}
    assert number_checks.free_among(both, today=date(2026, 2, 23)) == {LOCAL}
    assert number_checks.free_among(both, today=date(2026, 2, 24)) == set()


def test_a_number_of_singapore_is_called_on_a_check_and_no_other_needs_one(alice, bob):
    calls = {Call(person=alice.pk, number=one) for one in (LOCAL, LISTED, ABROAD)}
    abroad = {one for one in calls if one.number == ABROAD}
    assert only_callable(calls, CALLS) == abroad
    checked(LOCAL, ago=22, listed=False)
    checked(LISTED, ago=0, listed=True)
    assert only_callable(calls, CALLS) == abroad
    checked(LOCAL, ago=21, listed=False)
    assert only_callable(calls, CALLS) == {one for one in calls if one.number != LISTED}
    objections.object_to_marketing(alice, channel=Channel.PHONE)
    assert only_callable(calls, CALLS) == set()
    assert only_callable({Call(person=bob.pk, number=LOCAL)}, CALLS)


def test_a_listing_withdraws_no_consent_and_a_consent_needs_no_check(alice, bob):
    calls = {Call(person=one.pk, number=LISTED) for one in (alice, bob)}
    consents.give(alice, OFFERS, wording="Yes, call me.")
    checked(LISTED, ago=0, listed=True)
    assert consents.is_open(alice, OFFERS)
    assert only_callable(calls, OFFERS) == {Call(person=alice.pk, number=LISTED)}
    consents.withdraw(alice, OFFERS)
    assert only_callable(calls, OFFERS) == set()


def test_a_suppressed_number_is_not_called_though_a_consent_stands(alice):
    consents.give(alice, OFFERS, wording="Yes, call me.")
    call = Call(person=alice.pk, number=LOCAL)
    assert only_callable({call}, OFFERS) == {call}
    suppression.add("6000-0001", channel=Channel.PHONE)
    assert only_callable({call}, OFFERS) == set()


def test_nobody_is_called_for_what_is_no_marketing_or_unknown(alice):
    call = Call(person=alice.pk, number=ABROAD)
    assert only_callable({call}, CONTRACT) == only_callable({call}, "nothing") == set()
    assert only_callable({call}, NEWSLETTER) == set()


def test_many_calls_cost_what_one_costs(alice, django_assert_num_queries):
    calls = {Call(person=alice.pk, number=f"+65 6000 {one:04}") for one in range(50)}
    for asked in (calls, set(list(calls)[:1])):
        with django_assert_num_queries(3):
            only_callable(asked, CALLS)


def test_the_newest_answer_counts_whatever_the_order_and_no_number_is_kept():
    checked(LOCAL, ago=1, listed=True)
    checked(LOCAL, ago=5, listed=False)
    row = NumberCheck.objects.get()
    assert (row.listed, row.checked_on) == (True, timezone.localdate() - timedelta(days=1))
    assert b"60000001" not in bytes(row.digest)
    checked(LOCAL, ago=0, listed=False)
    assert number_checks.free_among({LOCAL}) == {LOCAL}
    assert "60000001" not in Entry.objects.filter(tag="numbers.checked").latest("pk").canonical


def test_a_file_of_answers_is_noted_whole_or_not_at_all(tmp_path: Path):
    file, out = tmp_path / "answers.csv", StringIO()
    today = timezone.localdate()
    file.write_text(
        f"number,date,listed\n{LOCAL},{today},no\n{LISTED},{today},YES\n", encoding="utf-8"
    )
    call_command("import_number_checks", str(file), stdout=out)
    assert out.getvalue().startswith("2 lines")
    assert number_checks.free_among({LOCAL, LISTED}) == {LOCAL}
    wrong = (
        "number,date,listed\n6000 0003,2026-02-02,no\n12,2026-02-02,no\n6000 0004,02/02/2026,no\n"
        f"6000 0005,{today + timedelta(days=2)},no\n6000 0006,2026-02-02,maybe\n6000 0007,2026-02-02\n"
    )
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(CommandError) as raised:
        call_command("import_number_checks", str(file), stdout=out)
    said = str(raised.value)
    assert [f"Line {one}:" in said for one in range(2, 8)] == [False, True, True, True, True, True]
    assert "6000" not in said
    assert NumberCheck.objects.count() == 2


@pytest.mark.parametrize(
    "content", [b"", b"phone,date,listed\n", b"number,date\n", b"number,date,listed\n\xff"]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes):
    file = tmp_path / "answers.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("import_number_checks", str(file))
    assert not NumberCheck.objects.exists()
