"""A significant change of the policy is told to everybody once, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from dsar import crashpoints, tasks
from dsar.dispatch.models import Wake
from dsar.duties import announcing
from dsar.ledger.models import Entry
from dsar.registers import policies, suppression
from dsar.registers.policy_models import PolicyNotice
from tests import policies as made
from tests.cast import person

MAILED = ("campaign.count", "campaign.mail", "campaign.mark")


class DiedError(Exception):
    """The worker is gone."""


@pytest.fixture
def people(alice, bob):
    """Alice, Bob, Carol and Dan have accounts; Eve closed hers."""
    carol, dan = person("carol"), person("dan")
    person("eve", is_active=False)
    return [alice, bob, carol, dan]


@pytest.fixture
def coming(alice, bob):
    made.published(by=alice, then=bob)
    return made.published(by=alice, then=bob, days=20, significant=True)


def _reached():
    return sorted(one.to[0] for one in mail.outbox)


def _everybody(people):
    return sorted(one.email for one in people)


def _a_dead_workers_claims_are_old():
    PolicyNotice.objects.update(claimed_at=F("claimed_at") - timedelta(minutes=11))


def test_everybody_with_an_account_is_told_once(people, coming):
    assert announcing.announce(coming.pk) == len(people)
    assert _reached() == _everybody(people)
    assert announcing.announce(coming.pk) == 0
    assert _reached() == _everybody(people)
    assert not PolicyNotice.objects.filter(mailed_at=None).exists()
    (entry,) = Entry.objects.filter(tag="policy.announced")
    assert f'"mailed":{len(people)}' in entry.canonical


def test_the_mail_says_what_is_new_in_both_languages_and_names_nobody(people, coming):
    announcing.announce(coming.pk)
    text = mail.outbox[0].body
    assert "We keep orders longer." in text
    assert "我们保存订单的时间更长。" in text
    assert len({one.body for one in mail.outbox}) == 1
    assert all(one.to == [one.to[0]] and not one.bcc and not one.cc for one in mail.outbox)


def test_only_significant_published_versions_are_told(people, alice, bob):
    small = made.published(by=alice, then=bob, days=3)
    draft = made.draft(by=alice, days=30, significant=True)
    assert announcing.announce(small.pk) == announcing.announce(draft.pk) == 0
    assert mail.outbox == []


def test_who_wants_no_mail_at_all_gets_none_and_who_has_seen_it_neither(people, coming):
    alice, bob, carol, dan = people
    suppression.add(alice.email, scope=suppression.EVERYTHING)
    suppression.add(bob.email, scope=suppression.MARKETING)
    policies.acknowledge(coming, person=carol.pk)
    announcing.announce(coming.pk)
    assert _reached() == _everybody([bob, dan])


@pytest.mark.parametrize(
    "part", ["announcement.enrol", "campaign.claim", *MAILED, "announcement.note"]
)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("passage", [0, 2])
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_leaves_nobody_out_and_repeats_are_seen(
    people, coming, part, side, passage
):
    passed = []

    def die(point):
        passed.append(point)
        if point == f"{part}:{side}" and passed.count(point) == passage + 1:
            raise DiedError

    with crashpoints.watched(die):
        try:
            announcing.announce(coming.pk)
        except DiedError:
            died = True
        else:
            # What is passed once has no third time.
            died = False
    assert died == (passage == 0 or part in MAILED)
    _a_dead_workers_claims_are_old()
    announcing.announce(coming.pk)
    assert set(_reached()) == set(_everybody(people))
    twice = [one for one in _everybody(people) if _reached().count(one) > 1]
    seen = PolicyNotice.objects.filter(attempts__gt=1).values_list("subject__email", flat=True)
    assert len(twice) == (
        died and f"{part}:{side}" in {"campaign.mail:after", "campaign.mark:before"}
    )
    assert set(twice) <= set(seen)


@pytest.mark.django_db(transaction=True)
def test_what_a_living_worker_has_in_hand_no_other_takes(people, coming):
    second: list[int] = []

    def look(point):
        if point == "campaign.mail:before" and not second:
            second.append(-1)
            second[:] = [announcing.announce(coming.pk)]

    with crashpoints.watched(look):
        announcing.announce(coming.pk)
    assert second == [0]
    assert _reached() == _everybody(people)


def test_a_server_that_is_away_is_tried_again_and_a_refused_address_stops_nobody(
    people, coming, monkeypatch
):
    sends, refused = EmailBackend.send_messages, people[1].email

    def away(self, messages):
        raise SMTPServerDisconnected

    def refuses(self, messages):
        if messages[0].to == [refused]:
            raise SMTPRecipientsRefused({})
        return sends(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert announcing.announce(coming.pk) == 0
    _a_dead_workers_claims_are_old()
    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    assert announcing.announce(coming.pk) == len(people) - 1
    _a_dead_workers_claims_are_old()
    monkeypatch.setattr(EmailBackend, "send_messages", sends)
    assert announcing.announce(coming.pk) == 1
    assert _reached() == _everybody(people)


def test_the_hourly_look_wakes_what_is_coming_and_reaches_who_joined_since(people, coming):
    announcing.announce(coming.pk)
    late = person("late")
    Wake.objects.all().delete()
    assert announcing.sweep() == 1
    (wake,) = Wake.objects.all()
    assert (wake.task, wake.arguments) == (policies.ANNOUNCE, [coming.pk])
    tasks.announce_policy(*wake.arguments)
    assert _reached() == _everybody([*people, late])


def test_who_is_to_be_told_is_one_statement_however_many(people, coming):
    for number in range(40):
        person(f"extra-{number}")
    with CaptureQueriesContext(connection) as asked:
        announcing._enrol(coming)  # noqa: SLF001 - of the whole, this part must not grow.
    assert len([one for one in asked if "INSERT" in one["sql"]]) == 1
    assert PolicyNotice.objects.count() == len(people) + 40
