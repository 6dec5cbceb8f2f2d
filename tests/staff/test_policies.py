"""The privacy policy at the desk: one person writes, another reads what differs and publishes."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dsar.registers import policies
from dsar.registers.policies import Item
from dsar.registers.policy_models import PolicyNotice, PrivacyPolicy
from tests import policies as made

WRITE = reverse("admin:dsar_privacypolicy_write")


def _page(policy):
    return reverse("admin:dsar_privacypolicy_change", args=[policy.pk])


def _publish(policy):
    return reverse("admin:dsar_privacypolicy_publish", args=[policy.pk])


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


def _answers(**said):
    whole = {
        f"{item}:{language}": f"About {item}." for item in Item for language in policies.languages()
    }
    return {"effective_on": timezone.localdate().isoformat()} | whole | said


def test_one_writes_and_another_publishes(cast, dora, otto):
    dora.post(WRITE, _answers())
    policy = PrivacyPolicy.objects.get()
    assert "Publish this version" not in dora.get(_page(policy)).content.decode()
    assert "second person" in _told(dora.post(_publish(policy), follow=True))
    assert "Publish this version" in otto.get(_page(policy)).content.decode()
    assert "is published" in _told(otto.post(_publish(policy), follow=True))
    assert policies.in_force() == policy


def test_what_is_missing_is_named_and_there_is_no_button(cast, dora, otto):
    dora.post(WRITE, _answers(**{"complaint:zh-hans": ""}))
    policy = PrivacyPolicy.objects.get()
    page = otto.get(_page(policy)).content.decode()
    assert "complaint (zh-hans)" in page
    assert "Publish this version" not in page
    assert "complaint (zh-hans)" in _told(otto.post(_publish(policy), follow=True))
    assert policies.in_force() is None


def test_a_new_version_begins_with_the_last_ones_text_and_shows_what_differs(cast, dora, otto):
    dora.post(WRITE, _answers())
    otto.post(_publish(PrivacyPolicy.objects.get()))
    begun = dora.get(WRITE).context["form"].initial
    assert begun["rights:en"] == "About rights."
    dora.post(WRITE, _answers(**{"rights:en": "About all rights."}))
    second = PrivacyPolicy.objects.latest("pk")
    page = otto.get(_page(second)).content.decode()
    assert page.count("<ins>") == 2  # The legend, and the word.
    assert "all </ins>" in page.replace('<span class="unseen">]</span>', "")


def test_a_draft_is_written_on_and_a_published_version_is_not(cast, dora, otto):
    dora.post(WRITE, _answers())
    policy = PrivacyPolicy.objects.get()
    again = reverse("admin:dsar_privacypolicy_rewrite", args=[policy.pk])
    assert dora.get(again).context["form"].initial["rights:en"] == "About rights."
    otto.post(again, _answers(**{"rights:en": "Otto's words."}))
    policy.refresh_from_db()
    assert policy.texts["en"]["rights"] == "Otto's words."
    assert "second person" in _told(otto.post(_publish(policy), follow=True))
    dora.post(_publish(policy))
    assert dora.get(again).status_code == 404
    assert dora.post(again, _answers()).status_code == 404


@pytest.mark.parametrize(
    ("role", "writes", "publishes"),
    [
        ("handler", 403, 403),
        ("reviewer", 200, 403),
        ("officer", 200, 302),
        ("auditor", 403, 403),
        ("carol", 403, 403),
    ],
)
def test_only_who_decides_writes_and_only_who_approves_publishes(
    cast, at_desk, role, writes, publishes
):
    policy = made.draft(by=cast.bob.user)
    client = at_desk(role)
    assert client.get(WRITE).status_code == writes
    assert client.get(_publish(policy)).status_code == 405
    assert client.post(_publish(policy)).status_code == publishes
    policy.refresh_from_db()
    assert (policy.published_at is not None) == (publishes == 302)


def test_the_list_says_how_many_were_told_and_how_many_wait(cast, dora):
    policy = made.published(by=cast.alice.user, then=cast.bob.user)
    PolicyNotice.objects.create(policy=policy, subject_id=1, attempts=2, mailed_at=timezone.now())
    PolicyNotice.objects.create(policy=policy, subject_id=2, acknowledged_at=timezone.now())
    PolicyNotice.objects.create(policy=policy, subject_id=3)
    page = dora.get(reverse("admin:dsar_privacypolicy_changelist")).content.decode()
    assert ">2 (1)<" in page
    assert '<td class="field-waiting">1</td>' in page


def test_what_staff_wrote_is_shown_as_text(cast, dora):
    dora.post(WRITE, _answers(**{"rights:en": "<script>alert(1)</script>"}))
    assert "<script>alert(1)" not in dora.get(_page(PrivacyPolicy.objects.get())).content.decode()
