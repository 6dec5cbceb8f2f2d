"""Telling recipients at the desk: what needs somebody, and how a task is ended by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dsar.cases.recipient_models import RecipientTask
from dsar.dispatch import patience
from tests import recipients as made

LIST = reverse("admin:dsar_recipienttask_changelist")
State = RecipientTask.State


@pytest.fixture
def task(cast):
    case = made.withdrawn(cast.alice)
    return RecipientTask.objects.get(request__case=case, recipient_code=made.PRINTER.code)


def _at(task, act):
    return reverse(f"admin:dsar_recipienttask_{act}", args=[task.pk])


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("overdue", {"due_at": timezone.now() - timedelta(days=1)}),
        ("unsure", {"tried_at": timezone.now()}),
        ("failed", {"attempts": patience.MOST_ATTEMPTS}),
    ],
)
def test_what_needs_somebody_is_found(task, dora, needs, said):
    assert made.PRINTER.name not in _rows(dora.get(f"{LIST}?needs={needs}"))
    RecipientTask.objects.filter(pk=task.pk).update(**said)
    assert made.PRINTER.name in _rows(dora.get(f"{LIST}?needs={needs}"))


def _rows(answer):
    return [one.recipient for one in answer.context["cl"].result_list]


def test_a_task_is_ended_with_facts_and_not_without(task, dora):
    page = dora.get(_at(task, "change")).content.decode()
    assert "End it by hand" in page
    dora.post(_at(task, "finish"), {"state": "impossible", "facts": " "})
    task.refresh_from_db()
    assert task.state == State.OPEN
    dora.post(_at(task, "finish"), {"state": "impossible", "facts": "The firm is gone."})
    task.refresh_from_db()
    assert task.state == State.IMPOSSIBLE
    page = dora.get(_at(task, "change")).content.decode()
    assert "The firm is gone." in page
    assert "End it by hand" not in page


def test_what_is_not_known_is_tried_again_on_demand(task, dora):
    RecipientTask.objects.filter(pk=task.pk).update(tried_at=timezone.now(), attempts=1)
    assert "may hear twice" in dora.get(_at(task, "change")).content.decode()
    dora.post(_at(task, "again"))
    task.refresh_from_db()
    assert (task.tried_at, task.attempts) == (None, 0)


@pytest.mark.parametrize(
    ("role", "status"),
    [("handler", 403), ("auditor", 403), ("carol", 403), ("reviewer", 200), ("officer", 200)],
)
def test_only_who_decides_sees_and_ends_tasks(task, at_desk, role, status):
    client = at_desk(role)
    assert client.get(LIST).status_code == status
    assert client.get(_at(task, "change")).status_code == status
    said = {"state": "confirmed", "facts": "They wrote."}
    assert client.post(_at(task, "finish"), said).status_code == (302 if status == 200 else 403)
    assert client.post(_at(task, "again")).status_code == (302 if status == 200 else 403)
    assert client.get(_at(task, "finish")).status_code == 405
    task.refresh_from_db()
    assert (task.state == State.CONFIRMED) == (status == 200)


def test_an_unknown_task_is_not_there(task, dora):
    task.pk += 1000
    assert dora.post(_at(task, "again")).status_code == 404


def test_what_a_processor_was_asked_stands_on_the_case_until_it_is_ended_with_facts(
    cast, ask, dora, at_desk
):
    case = ask(cast.alice, "access")
    task = RecipientTask.objects.filter(request__case=case).earliest("pk")
    address = reverse("admin:dsar_case_change", args=[case.pk])
    page = dora.get(address).content.decode()
    assert "asked what they hold" in page
    assert _at(task, "change") in page
    assert _at(task, "change") not in at_desk("handler").get(address).content.decode()
    page = dora.get(_at(task, "change")).content.decode()
    assert "they hold nothing more" in page
    dora.post(_at(task, "finish"), {"state": "confirmed", "facts": ""})
    task.refresh_from_db()
    assert task.state == State.OPEN
    dora.post(_at(task, "finish"), {"state": "confirmed", "facts": "They hold nothing."})
    task.refresh_from_db()
    assert task.state == State.CONFIRMED
    assert "Confirmed" in dora.get(address).content.decode()
