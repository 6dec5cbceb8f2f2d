"""Rows of a register from rows of other tables: each once, and nothing where nothing was found."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import Value

from dsar.registers.inserting import insert_missing
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from tests import policies


def test_each_is_written_once_and_nothing_where_nothing_was_found(alice, bob):
    policies.published(by=alice, then=bob)
    policy = PrivacyPolicy.objects.get()
    PolicyNotice.objects.all().delete()
    users = get_user_model().objects.order_by()
    fields = ["policy", "subject"]
    one = users.filter(pk=alice.pk).values_list(Value(policy.pk), "pk")
    both = users.filter(pk__in=[alice.pk, bob.pk]).values_list(Value(policy.pk), "pk")
    none = users.filter(pk__in=[]).values_list(Value(policy.pk), "pk")
    assert [insert_missing(PolicyNotice, fields, rows) for rows in (one, both, both, none)] == [
        1,
        1,
        0,
        0,
    ]
    assert set(PolicyNotice.objects.values_list("subject_id", flat=True)) == {alice.pk, bob.pk}
