"""What people change in their profile themselves: true at once, kept with what it was, gone with the rest (R83)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import editing
from accounts.models import Profile, ProfileEdit
from dsar.duties.retention import due, schedule
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/accounts/profile/"
SAID = {
    "name": "Nora Fiction",
    "company": "Example Ltd",
    "phone": "+65 6000 0001",
    "language": "en",
    "country": "sg",
}


@pytest.fixture
def nora():
    return UserFactory()


@pytest.fixture
def client(nora):
    client = Client()
    client.force_login(nora)
    return client


def history(person: Any) -> list[tuple[str, str, str]]:
    found = ProfileEdit.objects.filter(user=person).order_by("pk")
    return list(found.values_list("field", "before", "after"))


def test_what_is_changed_is_true_at_once_and_each_field_leaves_what_it_was(client, nora):
    neighbour = UserFactory()
    editing.edit(nora.pk, {"name": "Nora Before"})
    before = history(neighbour)
    answer = client.post(PAGE, SAID, follow=True)
    profile = Profile.objects.get(user=nora)
    assert (profile.name, profile.phone, profile.country) == ("Nora Fiction", SAID["phone"], "SG")
    assert history(nora)[1:] == [
        ("name", "Nora Before", "Nora Fiction"),
        ("company", "", "Example Ltd"),
        ("phone", "", SAID["phone"]),
        ("country", "", "SG"),
    ]
    assert history(neighbour) == before
    page = answer.content.decode()
    assert "4 entries are changed." in page
    assert "Nora Before" in page


def test_what_is_the_same_leaves_nothing(client, nora):
    client.post(PAGE, SAID)
    count, moment = ProfileEdit.objects.count(), Profile.objects.get(user=nora).updated_at
    assert "Nothing was different." in client.post(PAGE, SAID, follow=True).content.decode()
    assert ProfileEdit.objects.count() == count
    assert Profile.objects.get(user=nora).updated_at == moment


@pytest.mark.parametrize(
    ("field", "value"),
    [("country", "Singapore"), ("country", "S1"), ("language", "xx"), ("name", "n" * 201)],
)
def test_what_cannot_be_is_named_and_changes_nothing(client, nora, field, value):
    answer = client.post(PAGE, SAID | {field: value})
    assert field in answer.context["form"].errors
    assert not Profile.objects.filter(user=nora).exists()
    assert not ProfileEdit.objects.exists()


def test_a_language_that_pages_do_not_speak_may_stay(client, nora):
    Profile.objects.update_or_create(user=nora, defaults={"language": "de"})
    assert client.post(PAGE, SAID | {"language": "de"}).status_code == 302
    assert Profile.objects.get(user=nora).language == "de"


def test_each_language_is_offered_once(client):
    page = client.get(PAGE).content.decode()
    assert page.count('<option value="en"') == 1
    assert page.count("<option") == 2


def test_a_profile_is_nobody_elses(client):
    assert Client().get(PAGE).status_code == 302
    other = UserFactory()
    editing.edit(other.pk, {"name": "canary-other"})
    assert "canary-other" not in client.get(PAGE).content.decode()


def test_the_page_shows_the_last_changes_in_as_many_statements_however_many_there_are(client, nora):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    editing.edit(nora.pk, {"name": "canary-0"})
    few = statements()
    for number in range(30):
        editing.edit(nora.pk, {"name": f"canary-{number + 1}"})
    assert statements() == few
    page = client.get(PAGE).content.decode()
    assert "canary-30" in page
    assert "canary-9<" not in page


def test_the_history_ends_after_twelve_months(nora):
    editing.edit(nora.pk, {"name": "Nora Before"})
    editing.edit(nora.pk, {"name": "Nora Since"})
    old, young = ProfileEdit.objects.filter(user=nora).order_by("pk")
    ProfileEdit.objects.filter(pk=old.pk).update(edited_at=timezone.now() - timedelta(days=370))
    (unit,) = [one for one in schedule.units() if one.model is ProfileEdit]
    over = due.over(unit, of=due.day(due.today())).values_list("pk", flat=True)
    assert list(over) == [old.pk]
    assert young.pk not in over
