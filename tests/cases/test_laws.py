"""Laws that are added or taken away, holidays that are entered, and lateness that stays."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from dsar.cases import attaching, holidays, setting_aside
from dsar.cases.delays import Holiday
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Note, Request
from dsar.cases.states import Outcome, Right
from dsar.contract import registry
from dsar.ledger.models import Entry
from tests.cases import cast
from tests.cases.hours import blocked, clock, days, entries, fresh, reviewed


def test_a_law_is_added_with_a_reason_and_dates_are_counted_anew(alice, dora, today):
    request = reviewed(alice)
    case = request.case
    attaching.change(case, add="BR", reason="She lives in Recife.", actor=dora)
    assert fresh(request).case.regimes == ["BR", "SG"]
    assert days(request)[0] == date(2026, 6, 16)
    assert fresh(request).rule_version == "BR:2020-09-18 SG:2021-02-01"
    (moved,) = entries(request, "request.due_changed")
    assert moved["because"] == "regimes"
    assert moved["strict"] == ["2026-07-01", "2026-06-16"]
    changed = Entry.objects.get(tag="case.regimes_changed")
    assert "Recife" not in changed.canonical
    assert Note.objects.filter(case=case).count() == 1
    attaching.change(case, remove="BR", reason="She moved to Singapore.", actor=dora)
    assert days(request)[0] == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        ({"add": "BR", "reason": ""}, Obstacle.NO_REASON),
        ({"remove": "SG", "reason": "Not ours."}, Obstacle.NOT_ATTACHABLE),
        ({"add": "IN", "reason": "She lives there."}, Obstacle.NOT_ATTACHABLE),
        ({"add": "CH", "reason": "She lives there."}, Obstacle.NOT_ATTACHABLE),
    ],
)
def test_laws_that_are_not_in_force_or_always_apply_stay_as_they_are(
    alice, dora, today, more, obstacle
):
    request = reviewed(alice)
    with pytest.raises(GuardError) as error:
        attaching.change(request.case, actor=dora, **more)
    assert blocked(error) == [obstacle]
    assert fresh(request).case.regimes == ["SG"]


def test_a_law_that_alone_knows_the_right_cannot_go(alice, dora, today):
    purposes = [next(iter(_purposes()))]
    scope = {"objection": "sale", "purposes": purposes}
    request = cast.request_of(alice, Right.OBJECTION, scope=scope, residence="US-CA")
    with pytest.raises(GuardError) as error, transaction.atomic():
        attaching.change(request.case, remove="US-CA", reason="She moved.", actor=dora)
    assert blocked(error) == [Obstacle.NO_LAW_LEFT]
    assert fresh(request).case.regimes == ["SG", "US-CA"]


def _purposes() -> list[str]:
    return sorted(registry.current().purposes)


def test_a_holiday_moves_open_dates_with_an_entry_each(alice, bob, dora, today):
    touched = reviewed(alice)
    behind = reviewed(bob, residence="FR")
    moved = holidays.enter(country="SG", day=date(2026, 7, 1), name="A day of mourning", actor=dora)
    assert moved == 2
    assert days(touched)[0] == date(2026, 7, 2)
    assert fresh(touched).unrolled_due_on == date(2026, 7, 1)
    (entry,) = entries(touched, "request.due_changed")
    assert entry["because"] == "holiday"
    assert entry["version"] == Holiday.objects.get().pk
    assert entry["under"] == {"SG": ["2026-07-01", "2026-07-02"]}
    assert [clock(behind, law)["strict"] for law in ("EU", "SG")] == ["2026-07-01", "2026-07-02"]
    (entry,) = entries(behind, "request.due_changed")
    assert (entry["strict"], entry["under"]) == (
        ["2026-07-01"] * 2,
        {"SG": ["2026-07-01", "2026-07-02"]},
    )
    entered = json.loads(Entry.objects.get(tag="holiday.entered").canonical)
    assert entered["detail"]["calendar"] == "SG"


def test_the_last_word_on_a_day_counts(alice, dora, today):
    request = reviewed(alice)
    said = {"country": "SG", "day": date(2026, 7, 1), "name": "A day of mourning", "actor": dora}
    holidays.enter(**said)
    holidays.enter(**said, free=False)
    assert days(request)[0] == date(2026, 7, 1)
    assert Holiday.objects.count() == 2


def test_closed_requests_keep_the_dates_they_had(alice, dora, today):
    request = reviewed(alice)
    setting_aside.set_aside(
        request, outcome=Outcome.NOT_A_RIGHTS_REQUEST, actor=dora, reason="A question on prices."
    )
    holidays.enter(country="SG", day=date(2026, 7, 1), name="A day of mourning", actor=dora)
    attaching.change(request.case, add="BR", reason="She lives in Recife.", actor=dora)
    assert days(request)[0] == date(2026, 7, 1)


# --- Lateness ----------------------------------------------------------------------------------


def test_a_late_answer_is_seen_and_never_forgotten(alice, dora, today):
    request = reviewed(alice)
    today.move_to(datetime(2026, 7, 4, 4, tzinfo=UTC), tick=False)
    setting_aside.set_aside(
        request, outcome=Outcome.NOT_A_RIGHTS_REQUEST, actor=dora, reason="A question on prices."
    )
    late = fresh(request)
    assert (late.was_overdue, late.days_late) == (True, 3)
    for change in ({"was_overdue": False}, {"days_late": 0}):
        with pytest.raises(IntegrityError, match="never taken back"), transaction.atomic():
            Request.objects.filter(pk=request.pk).update(**change)


def test_an_answer_in_time_is_not_late(alice, dora, today):
    request = reviewed(alice)
    today.move_to(datetime(2026, 7, 1, 15, tzinfo=UTC), tick=False)
    setting_aside.set_aside(
        request, outcome=Outcome.NOT_A_RIGHTS_REQUEST, actor=dora, reason="A question on prices."
    )
    assert (fresh(request).was_overdue, fresh(request).days_late) == (False, 0)
