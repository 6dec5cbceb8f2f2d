"""Letters that go by post are found, and marked once with the day on which they left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dsar.cases import posted
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Letter
from dsar.ledger.models import Entry
from tests import faces

pytestmark = pytest.mark.django_db(transaction=True)
CASES = reverse("admin:dsar_case_changelist")


@pytest.fixture
def by_post(cast, ask):
    """Alice's case, whose letters go to a postal address, and Bob's, whose go by mail."""
    case = ask(cast.alice, "deletion")
    ask(cast.bob, "deletion")
    Case.objects.filter(pk=case.pk).update(reply_channel="post")
    return Letter.objects.select_related("case__key").get(case=case)


def _posted(letter):
    return reverse("admin:dsar_case_posted", args=[letter.case_id, letter.pk])


def test_a_letter_is_found_posted_and_noted(by_post, dora):
    found = dora.get(CASES, {"letters": "to_post"}).content.decode()
    assert by_post.case.reference in found
    assert Case.objects.exclude(pk=by_post.case_id).get().reference not in found
    page = reverse("admin:dsar_case_change", args=[by_post.case_id])
    assert _posted(by_post) in dora.get(page).content.decode()
    letter = reverse("admin:dsar_case_letter", args=[by_post.case_id, by_post.pk])
    assert _posted(by_post) in dora.get(letter).content.decode()
    today = timezone.localdate()
    assert dora.post(_posted(by_post), {"on": today.isoformat()}).status_code == 302
    by_post.refresh_from_db()
    assert timezone.localdate(by_post.mailed_at) == today
    entry = Entry.objects.get(tag="letter.sent")
    assert '"way":"post"' in entry.canonical
    assert f'"on":"{today.isoformat()}"' in entry.canonical
    assert by_post.case.reference not in dora.get(CASES, {"letters": "to_post"}).content.decode()
    assert _posted(by_post) not in dora.get(page).content.decode()


@pytest.mark.parametrize("days", [-1, 1])
def test_it_left_neither_before_it_was_written_nor_tomorrow(by_post, dora, days):
    day = timezone.localdate() + timedelta(days=days)
    asked = dora.post(_posted(by_post), {"on": day.isoformat()})
    assert "was not written yet on that day" in asked.content.decode()
    by_post.refresh_from_db()
    assert by_post.mailed_at is None


def test_it_is_posted_once_and_what_goes_by_mail_never(by_post, dora):
    today = timezone.localdate().isoformat()
    dora.post(_posted(by_post), {"on": today})
    mailed = Letter.objects.exclude(pk=by_post.pk).get()
    for letter in (by_post, mailed):
        assert dora.post(_posted(letter), {"on": today}).status_code == 200
    assert Entry.objects.filter(tag="letter.sent").count() == 1


def test_an_auditor_marks_nothing(by_post):
    actor = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("auditor", "ada"))
    with pytest.raises(NotPermittedError):
        posted.note(by_post, on=timezone.localdate(), actor=actor)
