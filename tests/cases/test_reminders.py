"""Time keeps watch: who hears of a date, when, and once; and what is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from dsar import tasks
from dsar.cases import expiry, extending, owning, reminders
from dsar.cases.delays import Pause, Warned
from dsar.cases.models import Case, Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.dispatch.models import Wake
from tests.cases import cast
from tests.cases.hours import ARRIVED, entries, fresh, reviewed
from tests.fit import fit

HALF, LATER, NEAR, OVER = (
    datetime(2026, 6, day, 5, tzinfo=UTC) if day else datetime(2026, 7, 2, 5, tzinfo=UTC)
    for day in (17, 25, 29, 0)
)
"""Moments after each mark of a request that came on 1 June and is due on 1 July."""


def marks(request: Request) -> list[str]:
    return list(request.warnings.order_by("pk").values_list("mark", flat=True))


def deliver() -> list[EmailMessage]:
    """Mail what waits, and what went out."""
    mail.outbox.clear()
    for wake in Wake.objects.filter(task="dsar.mail_warning").order_by("pk"):
        reminders.mail(wake.arguments[0])
    Wake.objects.filter(task="dsar.mail_warning").delete()
    return list(mail.outbox)


def reached(request: Request, *, at: datetime) -> str | None:
    """The last mark that a request has passed, counted another way than the database does."""
    due, arrived = request.statutory_due_at, request.case.received_at
    share = (at - arrived) / (due - arrived)
    if at >= due:
        return "due"
    if due - at <= timedelta(days=3):
        return "three_days"
    if share >= 0.75:
        return "three_quarters"
    return "half" if share >= 0.5 else None


@pytest.fixture
def hal(db):
    """A handler, who owns what they take."""
    found = cast.staff("hal", "Privacy handlers")
    fit(found.user)
    return found


def test_each_mark_is_told_once_to_the_owner_and_at_the_end_to_the_officers(
    alice, hal, olga, today
):
    request = owning.take(reviewed(alice), actor=hal)
    told = []
    for moment in (ARRIVED, HALF, LATER, NEAR, OVER):
        today.move_to(moment, tick=False)
        reminders.warn()
        assert reminders.warn() == 0
        told.append([sorted(one.bcc) for one in deliver()])
    owner, both = ["hal@example.com"], ["hal@example.com", "olga@example.com"]
    assert told == [[], [owner], [owner], [both], [both]]
    assert marks(request) == ["half", "three_quarters", "three_days", "due"]
    assert [one["mark"] for one in entries(request, "request.warned")] == marks(request)
    assert [one["escalated"] for one in entries(request, "request.warned")] == [
        False,
        False,
        True,
        True,
    ]


def test_what_nobody_owns_is_told_to_the_officers_from_the_start(alice, olga, today):
    reviewed(alice)
    today.move_to(HALF, tick=False)
    reminders.warn()
    (message,) = deliver()
    assert message.bcc == ["olga@example.com"]


def test_a_warning_names_the_case_and_the_date_and_nobody(alice, olga, today):
    request = reviewed(alice)
    today.move_to(HALF, tick=False)
    reminders.warn()
    (message,) = deliver()
    said = f"{message.subject} {message.body}"
    assert request.case.reference in said
    assert "2026-07-01" in said
    assert "alice" not in said.lower()
    assert message.to == []


def test_a_watch_that_slept_tells_the_last_mark_only(alice, olga, today):
    request = reviewed(alice)
    today.move_to(OVER, tick=False)
    assert reminders.warn() == 1
    assert marks(request) == ["due"]


def test_at_every_hour_the_last_mark_is_the_one_that_was_told(alice, olga, today):
    request = reviewed(alice)
    for hours in range(0, 34 * 24, 7):
        at = ARRIVED + timedelta(hours=hours)
        today.move_to(at, tick=False)
        reminders.warn()
        last = request.warnings.order_by("pk").values_list("mark", flat=True).last()
        assert last == reached(fresh(request), at=at)


def test_another_date_is_warned_of_anew(alice, dora, olga, today):
    request = reviewed(alice)
    today.move_to(NEAR, tick=False)
    reminders.warn()
    extending.promise(
        request, until=timezone.localdate() + timedelta(days=40), reasons="Slow.", actor=dora
    )
    assert reminders.warn() == 0
    today.shift(timedelta(days=39))
    reminders.warn()
    assert marks(request) == ["three_days", "three_days"]


def test_nobody_is_warned_of_what_was_answered(alice, olga, today):
    request = reviewed(alice)
    cast.answer(request, outcome=Outcome.NOT_A_RIGHTS_REQUEST)
    today.move_to(OVER, tick=False)
    assert reminders.warn() == 0
    assert reminders.look_for_lateness() == 0


def test_mail_that_does_not_leave_is_tried_again(alice, olga, today, monkeypatch):
    reviewed(alice)
    today.move_to(HALF, tick=False)
    reminders.warn()

    def refuse(*_: object, **__: object) -> int:
        raise SMTPException

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refuse)
        assert deliver() == []
    assert Warned.objects.get().mailed_at is None
    assert reminders.sweep() == 0
    today.shift(timedelta(minutes=11))
    assert reminders.sweep() == 1
    assert len(deliver()) == 1
    assert reminders.mail(Warned.objects.get().pk) is False


def test_lateness_grows_by_the_day_and_stays(alice, olga, today):
    request = reviewed(alice)
    for moment, late in ((NEAR, 0), (OVER, 1), (OVER + timedelta(days=4), 5)):
        today.move_to(moment, tick=False)
        reminders.look_for_lateness()
        reminders.look_for_lateness()
        assert fresh(request).days_late == late
        assert fresh(request).was_overdue is bool(late)


def test_a_clock_that_a_law_has_stopped_is_not_late(alice, olga, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("GB",)}
    request = reviewed(alice, Right.ACCESS)
    letter = Letter.objects.create(case=request.case, request=request, kind="receipt", content=b"")
    Pause.objects.create(
        request=request,
        kind="clarification",
        asked_at=ARRIVED + timedelta(days=9),
        reason=b"",
        affirmed=True,
        letter=letter,
    )
    today.move_to(OVER, tick=False)
    assert reminders.look_for_lateness() == 0
    Pause.objects.update(answered_at=ARRIVED + timedelta(days=10))
    assert reminders.look_for_lateness() == 1


def test_what_nobody_proved_is_given_up_with_a_letter(alice, bob, today, settings):
    old = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False))
    Case.objects.filter(pk=old.case_id).update(created_at=ARRIVED - timedelta(days=22))
    young = cast.route(cast.request_of(bob, Right.ACCESS, fresh=False))
    assert expiry.expire_unverified() == 1
    assert expiry.expire_unverified() == 0
    ended = fresh(old)
    assert (ended.state, ended.outcome) == (State.CLOSED, Outcome.IDENTITY_NOT_VERIFIED)
    assert ended.answered_at is not None
    assert fresh(young).state == State.AWAITING_VERIFICATION


def test_nothing_is_given_up_where_the_setting_says_so(alice, today, settings):
    settings.DSAR = {**settings.DSAR, "UNVERIFIED_DAYS": None}
    old = cast.route(cast.request_of(alice, Right.ACCESS, fresh=False))
    today.shift(timedelta(days=400))
    assert expiry.expire_unverified() == 0
    assert fresh(old).state == State.AWAITING_VERIFICATION


def test_kept_and_broken_promises_are_told_apart(alice, dora, today):
    request = reviewed(alice)
    for day in (20, 25):
        extending.promise(
            request, until=datetime(2026, 7, day, tzinfo=UTC).date(), reasons="Slow.", actor=dora
        )
    first, second = request.promises.order_by("until")
    assert [extending.was_kept(one) for one in (first, second)] == [None, None]
    today.move_to(datetime(2026, 7, 22, 4, tzinfo=UTC), tick=False)
    cast.answer(fresh(request), outcome=Outcome.NOT_A_RIGHTS_REQUEST)
    first, second = fresh(request).promises.order_by("until")
    assert [extending.was_kept(one) for one in (first, second)] == [False, True]


def test_one_reminders_failure_does_not_stop_the_next(db, monkeypatch, caplog):
    done: list[str] = []

    def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tasks, "REMINDERS", (fails, lambda: done.append("second")))
    tasks.remind()
    assert done == ["second"]
    assert "fails failed" in caplog.text


def test_the_watch_runs_whole(alice, hal, today):
    request = owning.take(reviewed(alice), actor=hal)
    today.move_to(OVER, tick=False)
    tasks.remind()
    assert fresh(request).was_overdue
    assert marks(request) == ["due"]
    assert len(entries(request, "request.owned")) == 1
