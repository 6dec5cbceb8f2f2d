"""What gives a request more time, and what does not: questions, extensions, promises, laws, holidays, lateness."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from dsar.cases import (
    deadlines,
    extending,
    letters,
    lifecycle,
    pausing,
    setting_aside,
)
from dsar.cases.delays import Extension, Pause, Promise
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError, NotPermittedError
from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.law import library, rules
from tests.cases import cast
from tests.cases.hours import blocked, clock, days, entries, fresh, reviewed

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


def ask(request: Request, actor: Actor, **more: Any) -> Pause:
    said: dict[str, Any] = {
        "kind": "clarification",
        "question": "Which orders do you mean?",
        "affirmed": True,
    }
    return pausing.ask(request, actor=actor, **said | more)


# --- Filing ------------------------------------------------------------------------------------


def test_a_filed_request_keeps_both_dates_and_those_under_each_law(alice, today):
    request = cast.request_of(alice, Right.ACCESS, residence="FR")
    assert days(request) == (date(2026, 7, 1), date(2026, 7, 1))
    assert request.unrolled_due_on == date(2026, 7, 1)
    assert {one["regime"]: one["strict"] for one in request.clocks} == {
        "EU": "2026-07-01",
        "SG": "2026-07-01",
    }


def test_the_unrolled_date_is_kept_beside_the_rolled_one(alice, today):
    today.move_to(datetime(2026, 11, 20, 4, tzinfo=UTC), tick=False)
    request = cast.request_of(alice, Right.ACCESS)
    assert request.unrolled_due_on == date(2026, 12, 20)
    assert days(request)[0] == date(2026, 12, 21)


def test_a_rule_that_changes_leaves_open_requests_alone(alice, bob, today, monkeypatch):
    before = cast.request_of(alice, Right.ACCESS)
    said = json.loads((library.FOLDER / "SG.json").read_text(encoding="utf-8"))
    newer = json.loads(json.dumps(said["editions"][0]))
    newer |= {"edition": "2026-05-01", "received_from": "2026-05-01"}
    newer["clocks"]["thirty_days"]["answer"]["value"] = 20
    said["editions"].append(newer)
    changed = dict(rules.known()) | {"SG": library.editions(said)}
    monkeypatch.setattr(rules, "known", lambda: changed)
    assert not deadlines.recompute(fresh(before), because="holiday")
    assert days(before)[0] == date(2026, 7, 1)
    assert days(cast.request_of(bob, Right.ACCESS))[0] == date(2026, 6, 22)


def test_what_staff_enter_for_an_immediate_right_is_worked_to_the_next_business_day(alice, today):
    request = cast.request_of(
        alice, Right.OBJECTION, scope={"objection": "marketing"}, channel="phone"
    )
    assert deadlines.day_of(request.due_at) == date(2026, 6, 2)
    assert deadlines.day_of(request.statutory_due_at) == date(2026, 6, 15)


# --- Questions ---------------------------------------------------------------------------------


def test_a_question_waits_by_letter_and_its_days_count_where_the_law_says_so(alice, dora, today):
    request = reviewed(alice, Right.ACCESS, residence="GB")
    today.move_to(datetime(2026, 6, 10, 4, tzinfo=UTC), tick=False)
    pause = ask(request, dora)
    assert fresh(request).state == State.AWAITING_REQUESTER
    assert fresh(request).answered_at is None
    said = letters.read(pause.letter)
    assert said["needed"] == ["Which orders do you mean?"]
    assert "goes on" in said["clock"], "Singapore's clock runs on."
    today.move_to(datetime(2026, 6, 15, 4, tzinfo=UTC), tick=False)
    lifecycle.advance(fresh(request), to=State.IN_REVIEW, actor=dora)
    assert clock(request, "GB")["strict"] == "2026-07-07"
    assert clock(request, "SG")["strict"] == "2026-07-01"
    assert days(request)[0] == date(2026, 7, 1)
    assert entries(request, "request.paused")[0]["kind"] == "clarification"
    assert entries(request, "request.resumed")[0]["kinds"] == ["clarification"]


def test_guidance_moves_the_adjusted_date_and_never_the_strict_one(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("EU",)}
    request = reviewed(alice, Right.ACCESS)
    today.move_to(datetime(2026, 6, 10, 4, tzinfo=UTC), tick=False)
    ask(request, dora)
    today.move_to(datetime(2026, 6, 15, 4, tzinfo=UTC), tick=False)
    lifecycle.advance(fresh(request), to=State.IN_REVIEW, actor=dora)
    assert days(request) == (date(2026, 7, 1), date(2026, 7, 6))
    (moved,) = entries(request, "request.due_changed")
    assert moved["adjusted"] == ["2026-07-01", "2026-07-06"]
    assert moved["strict"] == ["2026-07-01", "2026-07-01"]


def test_a_question_that_ends_with_the_request_is_no_longer_open(alice, dora, today):
    request = reviewed(alice)
    ask(request, dora)
    setting_aside.set_aside(
        fresh(request), outcome=Outcome.IDENTITY_NOT_VERIFIED, actor=dora, reason="No answer came."
    )
    assert not Pause.objects.filter(answered_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        ({"question": " "}, Obstacle.NO_REASON),
        ({"kind": "identity", "reason": ""}, Obstacle.NO_REASON),
    ],
)
def test_no_pause_without_its_reason_or_where_no_law_knows_it(alice, dora, today, more, obstacle):
    request = reviewed(alice)
    with pytest.raises(GuardError) as error:
        ask(request, dora, **more)
    assert blocked(error) == [obstacle]
    assert not Pause.objects.exists()
    assert fresh(request).state == State.IN_REVIEW


def test_the_same_question_is_open_once(alice, dora, today):
    request = reviewed(alice)
    ask(request, dora)
    with pytest.raises(GuardError) as error:
        ask(request, dora)
    assert blocked(error) == [Obstacle.ASKED_BEFORE]
    ask(request, dora, kind="identity", reason="The mail came from another country.")
    assert Letter.objects.filter(request=request, kind="identity").count() == 1


def test_nobody_asks_without_the_permission(alice, carol, today):
    request = reviewed(alice)
    with pytest.raises(NotPermittedError):
        ask(request, carol)
    assert not Pause.objects.exists()


def test_staff_see_which_question_lets_which_clock_wait(alice, today):
    access, deletion = (
        cast.request_of(alice, right, residence="GB") for right in (Right.ACCESS, Right.DELETION)
    )
    assert set(pausing.effects(access)["clarification"]) == {"GB"}
    assert pausing.effects(deletion)["clarification"] == {}
    assert set(pausing.effects(deletion)["identity"]) == {"GB"}


# --- Extensions and promises -------------------------------------------------------------------


def test_an_extension_moves_the_date_with_the_letter_that_tells_it(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("EU",)}
    request = reviewed(alice)
    extending.extend(request, grounds={"EU": "complexity"}, reasons="Many systems.", actor=dora)
    assert days(request)[0] == date(2026, 9, 1)
    letter = Letter.objects.get(request=request, kind="extension")
    said = letters.read(letter)
    assert said["reasons"] == ["Many systems."]
    assert (said["first_due"], said["new_due"]) == ("1 July 2026", "1 September 2026")
    assert fresh(request).answered_at is None
    (entry,) = entries(request, "request.extended")
    assert entry["grounds"] == {"EU": "complexity"}


def test_an_extension_under_one_law_leaves_the_others_date(alice, dora, today):
    request = reviewed(alice, residence="FR")
    extending.extend(request, grounds={"EU": "complexity"}, reasons="Many systems.", actor=dora)
    assert clock(request, "EU")["strict"] == "2026-09-01"
    assert days(request)[0] == date(2026, 7, 1)
    extending.promise(request, until=date(2026, 8, 3), reasons="Many systems.", actor=dora)
    assert days(request)[0] == date(2026, 8, 3)


def test_after_the_first_date_nothing_extends_and_it_stays_overdue(alice, dora, today, settings):
    settings.DSAR = {**settings.DSAR, "REGIMES": ("EU",)}
    request = reviewed(alice)
    today.move_to(datetime(2026, 7, 2, 4, tzinfo=UTC), tick=False)
    with pytest.raises(GuardError) as error:
        extending.extend(request, grounds={"EU": "complexity"}, reasons="Late.", actor=dora)
    assert blocked(error) == [Obstacle.TOO_LATE]
    assert not Extension.objects.exists()
    assert not Letter.objects.filter(kind="extension").exists()
    assert days(request)[0] == date(2026, 7, 1)
    assert extending.possible(request) == {}


def test_once_is_once(alice, dora, today):
    request = reviewed(alice, residence="FR")
    said = {"grounds": {"EU": "complexity"}, "reasons": "Many systems.", "actor": dora}
    extending.extend(request, **said)
    with pytest.raises(GuardError) as error:
        extending.extend(request, **said)
    assert blocked(error) == [Obstacle.EXTENDED_BEFORE]
    assert Extension.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "obstacle"),
    [
        (({"EU": "complexity"}, ""), Obstacle.NO_REASON),
        (({"EU": "too_busy"}, "We are busy."), Obstacle.NOT_EXTENDABLE),
        (({"SG": "complexity"}, "We are busy."), Obstacle.NOT_EXTENDABLE),
        (({"US-CA": "reasonably_necessary"}, "We are busy."), Obstacle.NOT_EXTENDABLE),
        (({}, "We are busy."), Obstacle.NOT_EXTENDABLE),
    ],
)
def test_an_extension_needs_reasons_and_a_ground_of_an_attached_law(
    alice, dora, today, said, obstacle
):
    request, (grounds, reasons) = reviewed(alice, residence="FR"), said
    with pytest.raises(GuardError) as error:
        extending.extend(request, grounds=grounds, reasons=reasons, actor=dora)
    assert blocked(error) == [obstacle]
    assert not Extension.objects.exists()


def test_a_notice_that_cannot_be_written_gives_no_time(alice, dora, today, monkeypatch):
    request = reviewed(alice, residence="FR")

    def unwritable(*_: Any, **__: Any) -> Letter:
        raise letters.LetterIncompleteError(["reasons"])

    monkeypatch.setattr(letters, "write", unwritable)
    with pytest.raises(letters.LetterIncompleteError), transaction.atomic():
        extending.extend(request, grounds={"EU": "complexity"}, reasons="Many.", actor=dora)
    assert not Extension.objects.exists()
    assert clock(request, "EU")["strict"] == "2026-07-01"


def test_a_promised_day_may_move_again_and_each_is_told_in_time(alice, dora, today):
    request = reviewed(alice)
    extending.promise(request, until=date(2026, 7, 20), reasons="An archive is slow.", actor=dora)
    today.move_to(datetime(2026, 7, 18, 4, tzinfo=UTC), tick=False)
    extending.promise(request, until=date(2026, 8, 3), reasons="It is slower still.", actor=dora)
    assert days(request)[0] == date(2026, 8, 3)
    assert Letter.objects.filter(request=request, kind="interim").count() == 2
    today.move_to(datetime(2026, 8, 4, 4, tzinfo=UTC), tick=False)
    with pytest.raises(GuardError) as error:
        extending.promise(request, until=date(2026, 9, 3), reasons="Again.", actor=dora)
    assert blocked(error) == [Obstacle.TOO_LATE]
    assert Promise.objects.count() == 2


def test_a_promise_is_never_earlier_than_the_date_it_moves(alice, dora, today):
    request = reviewed(alice)
    with pytest.raises(GuardError) as error:
        extending.promise(request, until=date(2026, 6, 20), reasons="Soon.", actor=dora)
    assert blocked(error) == [Obstacle.NOT_LATER]


def test_handlers_take_no_more_time(alice, today):
    handler = cast.staff("hal", "Privacy handlers")
    request = reviewed(alice)
    with pytest.raises(NotPermittedError):
        extending.promise(request, until=date(2026, 7, 20), reasons="Slow.", actor=handler)
