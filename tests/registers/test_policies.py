"""The privacy policy: whole before it is published, by two people, one in force, never changed after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from dsar.dispatch.models import Wake
from dsar.ledger.models import Entry
from dsar.registers import consents, differences, policies
from dsar.registers.differences import Kind
from dsar.registers.models import Consent
from dsar.registers.policies import MANDATORY, Item
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from tests import policies as made
from tests.purposes import NEWSLETTER


def _refused(error, policy, *, by):
    with pytest.raises(error) as told:
        policies.publish(policy, by=by)
    policy.refresh_from_db()
    assert policy.published_at is None
    assert not Entry.objects.filter(tag="policy.published").exists()
    return str(told.value)


@pytest.mark.parametrize("item", MANDATORY)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_publishing_is_refused_while_a_mandatory_item_is_missing_and_says_which(
    alice, bob, item, language
):
    draft = made.draft(by=alice)
    draft.texts[language][item] = " \n"
    draft.save()
    assert _refused(policies.IncompleteError, draft, by=bob) == f"Missing: {item} ({language})."


def test_what_need_not_be_said_may_be_missing(alice, bob):
    draft = made.draft(by=alice)
    for said in draft.texts.values():
        del said[Item.COOKIES], said[Item.FURTHER]
    draft.save()
    assert policies.publish(draft, by=bob).published_at


def test_a_significant_change_says_what_is_new(alice, bob):
    draft = made.draft(by=alice, significant=True, days=30)
    draft.changes = {"en": "News."}
    draft.save()
    assert _refused(policies.IncompleteError, draft, by=bob) == "Missing: what is new (zh-hans)."


def test_who_wrote_it_last_does_not_publish_it(alice, bob):
    draft = made.draft(by=alice)
    _refused(policies.SamePersonError, draft, by=alice)
    policies.write(
        draft,
        by=bob,
        effective_at=draft.effective_at,
        texts=draft.texts,
        changes={},
        significant=False,
    )
    _refused(policies.SamePersonError, draft, by=bob)
    assert policies.publish(draft, by=alice).version == draft.version


def test_the_database_keeps_two_people_and_one_at_a_time(alice, bob):
    first = made.published(by=alice, then=bob)
    for wrong in (
        {"published_by_id": alice.pk},
        {"published_by_id": bob.pk, "effective_at": first.effective_at},
        {"published_by_id": bob.pk, "effective_at": timezone.now() - timedelta(days=1)},
        {"published_by_id": None},
    ):
        draft = made.draft(by=alice, days=1)
        said = {"published_at": timezone.now(), "digest": "0" * 64} | wrong
        if wrong.get("effective_at") == first.effective_at:
            said["published_at"] = first.published_at
        with pytest.raises(IntegrityError), transaction.atomic():
            PrivacyPolicy.objects.filter(pk=draft.pk).update(**said)


def test_a_published_version_is_never_changed(alice, bob):
    policy = made.published(by=alice, then=bob)
    with pytest.raises(policies.PublishedError):
        policies.write(
            policy,
            by=alice,
            effective_at=policy.effective_at,
            texts={},
            changes={},
            significant=False,
        )
    for change in (
        lambda row: row.update(texts={}),
        lambda row: row.update(effective_at=timezone.now() + timedelta(days=3)),
        lambda row: row.delete(),
    ):
        with pytest.raises(Error, match="never changed"), transaction.atomic():
            change(PrivacyPolicy.objects.filter(pk=policy.pk))
    policy.refresh_from_db()
    assert policies.digest(policy) == policy.digest


def test_one_version_applies_at_each_moment(alice, bob):
    assert policies.in_force() is None
    first = made.published(by=alice, then=bob)
    second = made.published(by=alice, then=bob, days=20, significant=True)
    made.draft(by=alice, days=1)
    assert policies.in_force() == first
    assert policies.in_force(second.effective_at) == second
    assert policies.in_force(second.effective_at - timedelta(seconds=1)) == first
    assert policies.in_force(first.effective_at - timedelta(seconds=1)) is None
    assert policies.before(second) == first
    assert policies.before(first) is None


def test_a_day_that_has_come_means_now(alice, bob):
    policy = made.published(by=alice, then=bob, days=-3)
    assert policy.effective_at == policy.published_at
    assert policies.in_force() == policy


def test_a_significant_change_leaves_time_to_read_of_it(alice, bob):
    made.published(by=alice, then=bob)
    soon = made.draft(by=alice, days=13, significant=True)
    with pytest.raises(policies.TooSoonError):
        policies.publish(soon, by=bob)
    assert made.published(by=alice, then=bob, days=14.1, significant=True).published_at
    assert list(Wake.objects.values_list("task", flat=True)) == [policies.ANNOUNCE]


def test_a_version_does_not_take_effect_before_one_that_is_published(alice, bob):
    made.published(by=alice, then=bob, days=20)
    with pytest.raises(policies.OutOfOrderError):
        policies.publish(made.draft(by=alice, days=10), by=bob)


def test_publishing_is_proved_by_the_texts_digest_and_names_nobody(alice, bob):
    policy = made.published(by=alice, then=bob)
    entry = Entry.objects.get(tag="policy.published").canonical
    assert policy.digest in entry
    assert policy.version in entry
    policy.texts["en"]["rights"] += "!"
    assert policies.digest(policy) != policy.digest


def test_having_seen_a_version_is_kept_once_and_is_no_consent(alice, bob):
    policy = made.published(by=alice, then=bob)
    assert policies.acknowledge(policy, person=alice.pk)
    assert not policies.acknowledge(policy, person=alice.pk)
    notice = PolicyNotice.objects.get()
    assert notice.subject_id == alice.pk
    assert notice.acknowledged_at
    assert Entry.objects.filter(tag="policy.acknowledged").count() == 1
    assert not Consent.objects.exists()


def test_a_consent_names_the_version_in_force(alice, bob):
    assert consents.give(alice, NEWSLETTER, wording="News?").policy_version == ""
    policy = made.published(by=alice, then=bob)
    assert consents.give(alice, NEWSLETTER, wording="News?").policy_version == policy.version
    other = consents.give(bob, NEWSLETTER, wording="News?", policy_version="2020-1")
    assert other.policy_version == "2020-1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We keep orders for five years.", "We keep orders for seven years, not more."),
        ("我们保存订单五年。", "我们保存订单七年。"),
        ("", "All new."),
        ("All gone.\n\nEven this.", ""),
        ("the same", "the same"),
    ],
)
def test_both_texts_can_be_read_from_their_differences(old, new):
    pieces = differences.between(old, new)
    assert "".join(one.text for one in pieces if one.kind != Kind.ADDED) == old
    assert "".join(one.text for one in pieces if one.kind != Kind.REMOVED) == new


def test_only_what_differs_is_marked():
    pieces = differences.between("我们保存订单五年。", "我们保存订单七年。")
    assert [one.text for one in pieces if one.kind != Kind.SAME] == ["五", "七"]
    words = differences.between("We keep it five years.", "We keep it seven years.")
    assert [one.text.strip() for one in words if one.kind != Kind.SAME] == ["five", "seven"]
