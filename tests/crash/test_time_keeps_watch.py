"""Beat and a worker of their own warn of a date, mark what is late, and put a refused copy aside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as project
from django.utils import timezone

from config.embedded import daemons
from dsar import tasks
from dsar.cases.delays import Preserved, Warned
from dsar.cases.models import Decision, Request
from dsar.engine import review
from dsar.packages.models import Package

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def surroundings(surroundings):
    """The watch looks every second."""
    return surroundings | {"DSAR_REMIND_SECONDS": "1"}


@pytest.fixture
def refused(cast, ask, dora, settings):
    """Alice's access, refused."""
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff"}}
    request = ask(cast.alice, "access").requests.get()
    grounds = {"SG": "sg_repetitive_or_vexatious"}
    review.decide(request, verdict=Decision.Verdict.REFUSED, actor=dora, grounds=grounds)
    return request


@pytest.fixture
def late(cast, ask):
    """Bob's deletion, which should have been answered two days ago."""
    request = ask(cast.bob, "deletion").requests.get()
    over = timezone.now() - timedelta(days=2)
    Request.objects.filter(pk=request.pk).update(statutory_due_at=over)
    return request


def mails(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*")))


def test_time_keeps_watch_without_anybody_asking(refused, late, crew, tmp_path):
    crew()
    daemons.wait_until(
        lambda: Warned.objects.filter(request=late, mark="due", mailed_at__isnull=False).exists(),
        seconds=90,
        what="the warning",
    )
    daemons.wait_until(
        lambda: Preserved.objects.filter(request=refused, copied_at__isnull=False).exists(),
        seconds=90,
        what="the refused copy",
    )
    late.refresh_from_db()
    assert late.was_overdue
    assert late.days_late >= 2
    assert Warned.objects.filter(request=late, mark="due").count() == 1
    assert Package.objects.get(request_reference=refused.pk).state == Package.State.WITHHELD
    assert f"Case {late.case.reference}: a date comes near" in mails(tmp_path / "mail")


def test_workers_know_every_task_that_beat_sends():
    known = {task.name for task in vars(tasks).values() if hasattr(task, "delay")}
    assert {one["task"] for one in project.CELERY_BEAT_SCHEDULE.values()} <= known
    assert {"dsar.withhold", "dsar.mail_warning"} <= known
