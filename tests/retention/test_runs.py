"""The nightly run: what is due goes and nothing else, once, whoever dies; a strange run waits for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar import crashpoints, tasks
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.lifecycle import NotPermittedError
from dsar.duties.retention import due, runs, statements, survey
from dsar.duties.retention.models import RetentionRun
from dsar.engine.models import Removal
from dsar.ledger.models import Entry
from dsar.registers import holds
from tests import faces
from tests.crash import dying
from tests.testapp.models import Circle, Device, Loan, LoanLine, Member, Message, Tag, Visit

EFFECTS = [
    "ending.note",
    "retention.begin",
    "retention.batch",
    "file.remove",
    "file.strike_off",
    "ending.shred",
    "retention.end",
]
QUICK = {"retention.batch:after", "file.remove:before"}
"""Run every time; the others with --all."""


def _entries(tag):
    return [one.canonical for one in Entry.objects.filter(tag=tag).order_by("pk")]


def _all_old():
    """Everything in some tables is over: files, lines and tags with them."""
    longago = timezone.now() - timedelta(days=3000)
    Loan.objects.update(lent_at=longago)
    Tag.objects.update(made_at=longago)
    Member.objects.update(joined_at=longago)


def _state():
    """What is left, table by table."""
    models = (Message, Visit, Loan, LoanLine, Tag, Member, Device)
    return {
        one._meta.label: sorted(str(key) for key in one.objects.values_list("pk", flat=True))
        for one in models
    }


def test_what_is_due_goes_and_neighbours_stay(cast, old_messages, old_visits, night):
    messages, visits = old_messages(cast.alice, cast.bob), old_visits(cast.bob)
    before = _state()
    assert {str(one.pk) for one in messages} <= set(before["testapp.Message"])
    assert {str(one.pk) for one in visits} <= set(before["testapp.Visit"])
    run = night()
    after = _state()
    assert set(before["testapp.Message"]) - set(after["testapp.Message"]) == {
        str(one.pk) for one in messages
    }
    assert set(before["testapp.Visit"]) - set(after["testapp.Visit"]) == {
        str(one.pk) for one in visits
    }
    for label in ("testapp.Loan", "testapp.LoanLine", "testapp.Tag", "testapp.Member"):
        assert after[label] == before[label]
    assert run.state == RetentionRun.State.DONE
    assert run.done == {"testapp.Message": 3, "testapp.Visit": 3}
    assert run.left == []
    (said,) = _entries("retention.ended")
    assert '"testapp.Message":3' in said
    assert "canary" not in said


def test_running_again_changes_nothing(cast, old_messages, night):
    old_messages(cast.alice, cast.bob)
    night()
    before = _state()
    again = night()
    assert _state() == before
    assert (again.counted, again.done) == ([], {})


def test_held_rows_stay_and_the_run_says_so_until_the_hold_ends(cast, old_messages, officer, night):
    alices, bobs = old_messages(cast.alice, cast.carol), old_messages(cast.bob, cast.carol)
    hold = holds.place(
        cast.alice.user,
        ground="Claim",
        law="Limitation Act",
        review_on=due.today(),
        by=officer.user,
    )
    run = night()
    assert set(Message.objects.filter(pk__in=[one.pk for one in alices])) == set(alices)
    assert not Message.objects.filter(pk__in=[one.pk for one in bobs]).exists()
    (left,) = run.left
    assert (left["unit"], left["over"], left["hold"], left["due"]) == ("testapp.Message", 3, 3, 0)
    holds.release(hold, by=officer.user)
    night()
    assert not Message.objects.filter(pk__in=[one.pk for one in alices]).exists()


def test_rows_of_who_has_a_request_open_stay(cast, old_messages, night):
    alices = old_messages(cast.alice, cast.carol)
    bobs = old_messages(cast.bob, cast.carol)
    faces.file(cast.alice, "access")
    run = night()
    assert Message.objects.filter(pk__in=[one.pk for one in alices]).count() == len(alices)
    assert not Message.objects.filter(pk__in=[one.pk for one in bobs]).exists()
    assert run.left[0]["request"] == 3


def test_files_references_and_what_hangs_on_rows_go_with_them_children_first(cast, night):
    _all_old()
    names = [one.slip.name for one in Loan.objects.all()] + [
        one.portrait.name for one in Member.objects.all()
    ]
    assert all(default_storage.exists(str(name)) for name in names)
    kept = Circle.objects.get()
    night()
    assert not Loan.objects.exists()
    assert not LoanLine.objects.exists()
    assert not Tag.objects.exists()
    assert not Member.objects.exists()
    assert not any(default_storage.exists(str(name)) for name in names)
    assert not Removal.objects.exists()
    assert Circle.objects.get() == kept
    assert Device.objects.count() == 2


def test_a_row_that_is_used_again_meanwhile_stays(cast, old_messages):
    """What was due when it was counted, and is no longer when its batch comes."""
    first, *others = old_messages(cast.alice, cast.bob)
    run = runs.begin(on=due.today())
    Message.objects.filter(pk=first.pk).update(sent_at=timezone.now())
    runs.go_on(run)
    assert Message.objects.filter(pk=first.pk).exists()
    assert not Message.objects.filter(pk__in=[one.pk for one in others]).exists()


def test_no_more_goes_than_was_counted(cast, old_messages):
    old_messages(cast.alice, cast.bob)
    run = runs.begin(on=due.today())
    old_messages(cast.alice, cast.bob)
    runs.go_on(run)
    run.refresh_from_db()
    assert run.done == {"testapp.Message": 3}
    assert run.left == []
    assert Message.objects.filter(sent_at__lt=timezone.now() - timedelta(days=400)).count() == 3


def test_batches_cost_the_same_whatever_is_in_them(cast, settings, old_messages, old_visits):
    """Of each batch the run's row, the lock, one statement for the rows, the count; nothing grows with rows."""
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 2}

    def asked(number):
        old_messages(cast.alice, cast.bob, number=number)
        run = runs.begin(on=due.today())
        with CaptureQueriesContext(connection) as found:
            runs.go_on(run)
        deletes = [one for one in found if one["sql"].startswith('DELETE FROM "testapp_message"')]
        return len(found), len(deletes)

    one_batch, one = asked(1)
    three_batches, three = asked(5)
    assert (one, three) == (1, 3)
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 100}
    assert asked(60) == (one_batch, 1)
    a_batch = (three_batches - one_batch) / 2
    assert a_batch <= 6  # Its transaction included.


@pytest.mark.parametrize(("files", "commits"), [(False, "off"), (True, "on")])
def test_a_commit_waits_for_the_disk_where_files_go(
    old_messages, cast, monkeypatch, files, commits
):
    """Else a power cut could bring rows back whose files are gone."""
    old_messages(cast.alice, cast.bob)
    run, carry_out = runs.begin(on=due.today()), statements.carry_out
    seen: list[str] = []

    def watched(unit, **given):
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            seen.append(*cursor.fetchone())
        return carry_out(unit, **given)

    monkeypatch.setattr(statements, "has_files", lambda _unit: files)
    monkeypatch.setattr(statements, "carry_out", watched)
    with connection.cursor() as cursor:
        # As PostgreSQL ships it; the tests' database waits for no disk.
        cursor.execute("SET synchronous_commit TO on")
        assert runs.go_on(run)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("RESET synchronous_commit")
    assert seen == [commits]


def test_a_slice_of_time_ends_between_two_batches_and_the_next_look_goes_on(
    cast, settings, old_messages
):
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 2, "RETENTION_SLICE_SECONDS": -1}
    old = old_messages(cast.alice, cast.bob, number=5)
    run = runs.begin(on=due.today())
    assert not runs.go_on(run)
    assert Message.objects.filter(pk__in=[one.pk for one in old]).count() == 3
    tasks.retain()
    tasks.retain()
    tasks.retain()
    run.refresh_from_db()
    assert run.state == RetentionRun.State.DONE
    assert run.done == {"testapp.Message": 5}
    assert len(_entries("retention.ended")) == 1


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(one, marks=() if one in QUICK else pytest.mark.slow)
        for effect in EFFECTS
        for one in (f"{effect}:before", f"{effect}:after")
    ],
)
def test_killed_at_any_point_the_next_look_ends_it_as_if_nobody_had_died(
    cast, settings, old_messages, officer, point
):
    """SIGKILL in a process of its own; then the ordinary task."""
    hour = timezone.localtime().hour
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 2, "RETENTION_HOUR": hour}
    _all_old()
    old_messages(cast.alice, cast.carol, number=5)
    held = old_messages(cast.bob, cast.carol, number=2)
    holds.place(
        cast.bob.user, ground="Claim", law="Limitation Act", review_on=due.today(), by=officer.user
    )
    slips = [one.slip.name for one in Loan.objects.filter(borrower=cast.alice.user)]
    assert all(default_storage.exists(str(name)) for name in slips)
    bobs = [one.slip.name for one in Loan.objects.filter(borrower=cast.bob.user)]
    dying.killed(tasks.retain, point=point, passage=1)
    tasks.retain()
    tasks.retain()
    (run,) = RetentionRun.objects.all()
    assert run.state == RetentionRun.State.DONE
    assert run.done["testapp.Message"] == 5
    assert Message.objects.filter(pk__in=[one.pk for one in held]).count() == 2
    assert not Loan.objects.filter(borrower=cast.alice.user).exists()
    assert Loan.objects.filter(borrower=cast.bob.user).count() == 3
    assert not any(default_storage.exists(str(name)) for name in slips)
    assert all(default_storage.exists(str(name)) for name in bobs)
    assert not Removal.objects.exists()
    assert len(_entries("retention.ended")) == 1


def test_whoever_finds_the_run_in_another_hand_goes_away(cast, old_messages):
    old_messages(cast.alice, cast.bob)
    run = runs.begin(on=due.today())
    tried: list[None] = []

    def second(point):
        if point == "retention.batch:after" and not tried:
            tried.append(None)
            runs.go_on(RetentionRun.objects.get())

    with crashpoints.watched(second):
        assert not runs.go_on(run)
    run.refresh_from_db()
    assert run.state == RetentionRun.State.DONE
    assert run.done == {"testapp.Message": 3}
    assert len(_entries("retention.ended")) == 1


def test_a_table_that_refuses_stops_no_other(cast, old_messages, old_visits, monkeypatch, night):
    messages, visits = old_messages(cast.alice, cast.bob), old_visits(cast.bob)
    carry_out = statements.carry_out

    def refuses(unit, **said):
        if unit.label == "testapp.Message":
            raise IntegrityError
        return carry_out(unit, **said)

    monkeypatch.setattr(statements, "carry_out", refuses)
    run = night()
    assert Message.objects.filter(pk__in=[one.pk for one in messages]).count() == len(messages)
    assert not Visit.objects.filter(pk__in=[one.pk for one in visits]).exists()
    assert run.state == RetentionRun.State.DONE
    assert [(one["unit"], one["due"]) for one in run.left] == [("testapp.Message", 3)]


def test_a_run_begins_in_its_hour_once_a_day(cast, settings, old_messages):
    old_messages(cast.alice, cast.bob)
    hour = timezone.localtime().hour
    settings.DSAR = settings.DSAR | {"RETENTION_HOUR": (hour + 5) % 24}
    tasks.retain()
    assert not RetentionRun.objects.exists()
    settings.DSAR = settings.DSAR | {"RETENTION_HOUR": -1}
    tasks.retain()
    assert not RetentionRun.objects.exists()
    settings.DSAR = settings.DSAR | {"RETENTION_HOUR": timezone.localtime().hour}
    tasks.retain()
    tasks.retain()
    (run,) = RetentionRun.objects.all()
    assert run.done == {"testapp.Message": 3}


def _strict(settings, **said):
    settings.DSAR = settings.DSAR | {"RETENTION_FEW_ROWS": 0, "RETENTION_SHARE": 0.2} | said


def test_a_table_that_would_lose_too_much_stops_the_run(cast, settings, old_messages, old_visits):
    _strict(settings)
    messages = old_messages(cast.alice, cast.bob, number=30)
    visits = old_visits(cast.alice, number=1)
    run = runs.begin(on=due.today())
    assert run.state == RetentionRun.State.WAITING
    assert run.objections == [{"unit": "testapp.Message", "because": "share"}]
    runs.go_on(run)
    tasks.retain()
    assert Message.objects.filter(pk__in=[one.pk for one in messages]).count() == 30
    assert Visit.objects.filter(pk__in=[one.pk for one in visits]).count() == 1
    (said,) = _entries("retention.stopped")
    assert "share:testapp.Message" in said
    assert run.digest in said


def test_a_run_that_is_too_large_as_a_whole_stops(cast, settings, old_messages):
    _strict(settings, RETENTION_SHARE=1, RETENTION_MOST_ROWS=2)
    old_messages(cast.alice, cast.bob)
    run = runs.begin(on=due.today())
    assert run.objections == [{"unit": "", "because": "rows"}]
    assert run.state == RetentionRun.State.WAITING


def test_of_few_rows_the_share_does_not_count(cast, settings, old_messages):
    _strict(settings, RETENTION_FEW_ROWS=30)
    old_messages(cast.alice, cast.bob, number=30)
    assert runs.begin(on=due.today()).state == RetentionRun.State.RUNNING


def test_an_approved_run_goes_on(cast, settings, old_messages, officer):
    _strict(settings)
    old_messages(cast.alice, cast.bob, number=30)
    run = runs.begin(on=due.today())
    approved = runs.approve(run, actor=officer, shown=run.digest)
    assert approved.approved_by_id == officer.user.pk
    tasks.retain()
    approved.refresh_from_db()
    assert approved.done == {"testapp.Message": 30}
    (said,) = _entries("retention.approved")
    assert run.digest in said


def test_what_changed_since_it_was_shown_is_not_approved(cast, settings, old_messages, officer):
    _strict(settings)
    old_messages(cast.alice, cast.bob, number=30)
    run = runs.begin(on=due.today())
    old_messages(cast.alice, cast.bob, number=1)
    with pytest.raises(runs.ChangedError):
        runs.approve(run, actor=officer, shown=run.digest)
    run.refresh_from_db()
    assert run.state == RetentionRun.State.WAITING
    fresh = survey.digest(runs.counted(on=run.day), on=run.day)
    assert runs.approve(run, actor=officer, shown=fresh).rows_due == 31
    with pytest.raises(runs.ChangedError):
        runs.approve(run, actor=officer, shown=fresh)


@pytest.mark.parametrize("role", ["handler", "reviewer", "auditor", None])
def test_nobody_approves_without_the_right_to(cast, settings, old_messages, role):
    _strict(settings)
    old_messages(cast.alice, cast.bob, number=30)
    run = runs.begin(on=due.today())
    user = cast.carol.user if role is None else faces.member_of_staff(role)
    for actor in (Actor(kind=ActorKind.STAFF, user=user), SYSTEM):
        with pytest.raises(NotPermittedError):
            runs.approve(run, actor=actor, shown=run.digest)
    run.refresh_from_db()
    assert run.state == RetentionRun.State.WAITING


def test_a_run_that_waits_is_counted_anew_the_next_night(cast, settings, old_messages):
    _strict(settings)
    old = old_messages(cast.alice, cast.bob, number=30)
    first = runs.begin(on=due.today() - timedelta(days=1))
    Message.objects.filter(pk__in=[one.pk for one in old[2:]]).delete()
    settings.DSAR = settings.DSAR | {"RETENTION_HOUR": timezone.localtime().hour}
    tasks.retain()
    (run,) = RetentionRun.objects.all()
    assert (run.pk, run.day) == (first.pk, due.today())
    assert run.state == RetentionRun.State.DONE
    assert run.done == {"testapp.Message": 2}
