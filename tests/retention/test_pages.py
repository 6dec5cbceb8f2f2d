"""Retention at the desk: the schedule, what is overdue, and the approval of a run that waits."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsar.duties.retention import due, runs
from dsar.duties.retention.models import RetentionRun
from dsar.registers import holds
from dsar.registers.models import Hold
from tests import faces
from tests.testapp.models import Message

SCHEDULE = reverse("admin:dsar_retention_schedule")
OVERDUE = reverse("admin:dsar_retention_overdue")
LIST = reverse("admin:dsar_retentionrun_changelist")


def _desk(role, name="", *, cast=None):
    user = cast.carol.user if role == "carol" else faces.member_of_staff(role, name)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _page(run):
    return reverse("admin:dsar_retentionrun_change", args=[run.pk])


def _approval(run):
    return reverse("admin:dsar_retention_approve", args=[run.pk])


@pytest.fixture
def waiting(cast, settings, old_messages):
    """A run that would take most of a table."""
    settings.DSAR = settings.DSAR | {"RETENTION_FEW_ROWS": 0}
    old_messages(cast.alice, cast.bob, number=30)
    return runs.begin(on=due.today())


def test_the_schedule_says_for_each_declaration_how_long_from_when_and_what_then(cast):
    page = _desk("officer").get(SCHEDULE).content.decode()
    for said in ("testapp.Visit", "90 days", "Library rules 4", "Companies Act 1967 s 199(2)"):
        assert said in page


def test_what_would_go_is_shown_and_then_approved(waiting):
    dora = _desk("officer", "dora")
    page = dora.get(_page(waiting)).content.decode()
    assert "This run waits for approval" in page
    assert "Too large a share of this table would go: testapp.Message" in page
    shown = dora.get(_approval(waiting))
    assert "30 rows will be deleted" in shown.content.decode()
    told = dora.post(_approval(waiting), {"shown": shown.context["digest"]}, follow=True)
    assert "is approved" in told.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == RetentionRun.State.RUNNING
    assert waiting.approved_by.email.startswith("dora")
    assert dora.get(_approval(waiting)).status_code == 404


def test_what_changed_since_is_shown_again(waiting, cast, old_messages):
    dora = _desk("officer", "dora")
    digest = dora.get(_approval(waiting)).context["digest"]
    old_messages(cast.bob, cast.alice, number=1)
    told = dora.post(_approval(waiting), {"shown": digest}, follow=True)
    assert "no longer what was shown" in told.content.decode()
    assert "31 rows will be deleted" in told.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == RetentionRun.State.WAITING


@pytest.mark.parametrize(
    ("role", "reads", "approves"),
    [
        ("handler", 403, 403),
        ("reviewer", 200, 403),
        ("officer", 200, 302),
        ("auditor", 403, 403),
        ("carol", 403, 403),
    ],
)
def test_who_reads_and_who_approves(cast, waiting, role, reads, approves):
    client = _desk(role, cast=cast)
    assert [client.get(one).status_code for one in (LIST, SCHEDULE, OVERDUE, _page(waiting))] == [
        reads
    ] * 4
    assert client.post(_approval(waiting), {"shown": waiting.digest}).status_code == approves
    waiting.refresh_from_db()
    assert (waiting.state == RetentionRun.State.RUNNING) == (approves == 302)


def test_without_a_second_factor_nobody_enters(waiting, settings):
    client = _desk("officer", "dora")
    settings.DSAR = settings.DSAR | {"STAFF_NEEDS_MFA": True}
    for one in (LIST, SCHEDULE, OVERDUE, _page(waiting), _approval(waiting)):
        assert client.get(one).status_code == 302
    client.post(_approval(waiting), {"shown": waiting.digest})
    waiting.refresh_from_db()
    assert waiting.state == RetentionRun.State.WAITING


def test_what_is_overdue_is_said_with_since_when_and_why(cast, old_messages, officer, night):
    old_messages(cast.alice, cast.carol)
    holds.place(
        cast.alice.user,
        ground="Claim",
        law="Limitation Act",
        review_on=due.today(),
        by=officer.user,
    )
    dora = _desk("officer", "otto")
    assert "No run has counted yet" in dora.get(OVERDUE).content.decode()
    night()
    (line,) = dora.get(OVERDUE).context["lines"]
    assert (line["unit"], line["over"], line["hold"]) == ("testapp.Message", 3, 3)
    assert line["since"] in dora.get(OVERDUE).content.decode()


def test_the_first_page_tells_who_may_approve_that_a_run_waits(cast, waiting):
    front = reverse("admin:index")
    assert "30 rows" in _desk("officer").get(front).content.decode()
    assert "A retention run waits" not in _desk("reviewer").get(front).content.decode()
    RetentionRun.objects.all().delete()
    assert "A retention run waits" not in _desk("officer", "otto").get(front).content.decode()


def test_a_run_that_waits_says_so_where_the_overdue_is_shown(waiting):
    page = _desk("officer").get(OVERDUE).content.decode()
    assert "waits for approval" in page
    assert "stopped the run" in page


def test_holds_whose_day_of_review_has_come_are_listed(cast, officer):
    for person, days in ((cast.alice, -1), (cast.bob, 1)):
        holds.place(
            person.user,
            ground=f"Claim of {person.name}",
            law="Limitation Act",
            review_on=due.today() + timedelta(days=days),
            by=officer.user,
        )
    page = _desk("officer", "otto").get(OVERDUE).content.decode()
    assert "Claim of alice" in page
    assert "Claim of bob" not in page
    looked_at = Hold.objects.get(subject=cast.alice.user)
    holds.reviewed(looked_at, review_on=due.today() + timedelta(days=90), by=officer.user)
    assert "Claim of alice" not in _desk("officer", "petra").get(OVERDUE).content.decode()


def test_pages_take_as_many_statements_whatever_there_is(cast, old_messages, night):
    dora = _desk("officer", "dora")

    def asked(url):
        with CaptureQueriesContext(connection) as found:
            dora.get(url)
        return len(found)

    old_messages(cast.alice, cast.bob)
    night()
    before = [asked(one) for one in (LIST, SCHEDULE, OVERDUE)]
    for _ in range(5):
        old_messages(cast.alice, cast.bob, number=5)
        night()
    assert [asked(one) for one in (LIST, SCHEDULE, OVERDUE)] == before


def test_the_command_prints_the_schedule_and_counts_without_a_change(cast, old_messages):
    old_messages(cast.alice, cast.bob)
    out = StringIO()
    call_command("retention", stdout=out)
    assert "testapp.Visit: 90 days from Visit: visited at, then deleted" in out.getvalue()
    out = StringIO()
    call_command("retention", "--dry-run", "--format", "json", stdout=out)
    said = json.loads(out.getvalue())
    assert [(one["unit"], one["due"]) for one in said["counted"]] == [("testapp.Message", 3)]
    assert said["digest"] == runs.begin(on=due.today()).digest
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert "testapp.Message: 3 of" in out.getvalue()
    assert Message.objects.filter(text__contains="-old-").count() == 3
