"""A worker that mails an incident's letters is killed at every point: nobody is told twice, nobody is forgotten."""

from __future__ import annotations

import email
from collections import Counter
from email import policy
from typing import Any

import pytest
from django.db.models import F

from dsar.duties import campaigns, incident_letters
from dsar.registers.incident_models import IncidentNotice
from tests import incidents as made
from tests.cast import person
from tests.crash import dying

PARTS = ("claim", "count", "mail", "mark")
MAYBE = {"count:after", "mail:before", "mail:after", "mark:before"}
"""Deaths after which it is not known whether the letter left."""


@pytest.fixture
def mails(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return lambda: Counter(_recipients(tmp_path / "mail"))


def _recipients(folder: Any):
    for path in folder.glob("*.log") if folder.is_dir() else ():
        for one in path.read_bytes().split(b"-" * 79):
            if one.strip():
                yield email.message_from_bytes(one.lstrip(), policy=policy.default)["To"]


def _time_goes_by():
    IncidentNotice.objects.update(claimed_at=F("claimed_at") - campaigns.DEAD_AFTER * 2)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("passage", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_tells_nobody_twice_and_what_is_not_known_is_seen(
    mails, part, side, passage
):
    officer = made.staff("officer")
    people: list[Any] = [person(name) for name in ("ann", "ben", "cleo")]
    neighbour: Any = person("dan")
    incident = made.released(officer, people)
    dying.killed(
        lambda: incident_letters.send(incident.pk),
        point=f"campaign.{part}:{side}",
        passage=passage,
    )
    _time_goes_by()
    incident_letters.send(incident.pk)
    found = incident_letters.counted(incident)
    told = mails()
    assert set(told.values()) <= {1}
    assert neighbour.email not in told
    unsure = int(f"{part}:{side}" in MAYBE)
    assert found["unsure"] == unsure
    assert found["told"] == len(people) - unsure
    assert found["waiting"] == 0
    left = f"{part}:{side}" in {"mail:after", "mark:before"}
    assert len(told) == len(people) - unsure + left


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_person_once(mails):
    officer = made.staff("officer")
    people: list[Any] = [person(f"person-{number}") for number in range(5)]
    incident = made.released(officer, people)
    dying.overtaken(
        lambda: incident_letters.send(incident.pk), point="campaign.mail:before", passage=2
    )
    assert mails() == {one.email: 1 for one in people}
