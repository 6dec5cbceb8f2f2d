"""Somebody else looks again: complaints are acknowledged, answered by letter, and may open a request anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone

from dsar.cases import complaints, decisions, letters
from dsar.cases.complaint_models import Complaint
from dsar.cases.complaints import ComplaintError, OwnDecisionError
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Decision, Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.law import rules
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.ledger.tags import Tag
from tests.cases import cast
from tests.cases.hours import reviewed

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor

WORDS = "You kept my canary orders."
GROUNDS = {"SG": "legal_obligation_retention"}


@pytest.fixture
def refused(alice: AbstractBaseUser, dora: Actor) -> Request:
    """A deletion of Alice's that Dora refused."""
    request = cast.route(cast.request_of(alice, Right.DELETION))
    decisions.decide(request, verdict=Decision.Verdict.REFUSED, actor=dora, grounds=GROUNDS)
    request.refresh_from_db()
    return request


@pytest.fixture
def complaint(refused: Request, alice: AbstractBaseUser) -> Complaint:
    return complaints.file(refused.case, text=WORDS, actor=cast.requester(alice), request=refused)


def test_a_refusal_says_how_to_appeal_and_within_how_many_days_that_is_answered(
    alice: AbstractBaseUser, dora: Actor, settings, monkeypatch
) -> None:
    """Virginia gives sixty days (Va. Code 59.1-577(C)); where no law says it, the house's own word holds."""
    virginia = [replace(one, enabled=True) for one in rules.known()["US-VA"]]
    changed = {**rules.known(), "US-VA": virginia}
    monkeypatch.setattr(rules, "known", lambda: changed)
    settings.DSAR = {**settings.DSAR, "COMPLAINT_DAYS": 90}
    found = {}
    for residence, regimes in (("US-VA", ["SG", "US-VA"]), ("", ["SG"])):
        request = reviewed(alice, Right.ACCESS, residence=residence)
        assert request.case.regimes == regimes
        grounds = dict.fromkeys(regimes, "identity_not_verified")
        decisions.decide(request, verdict=Decision.Verdict.REFUSED, actor=dora, grounds=grounds)
        said = letters.read(Letter.objects.get(request=request, kind=Letter.Kind.REFUSAL))
        request.refresh_from_db()
        appeal = complaints.file(
            request.case, text=WORDS, actor=cast.requester(alice), request=request
        )
        days = (appeal.answer_by - appeal.received_at).days
        assert f"within {days} days" in said["second_look"]
        assert "had no part in this decision" in said["second_look"]
        found[residence] = days
    assert found == {"US-VA": 60, "": 90}


def _answered(
    complaint: Complaint, *, by: Actor, outcome: str = "upheld", **more: Any
) -> Complaint:
    said = {"finding": "The orders must stay.", "reasons": ["The law says five years."]}
    return complaints.answer(complaint, outcome=Complaint.Outcome(outcome), actor=by, **said | more)


def test_a_complaint_is_sealed_and_acknowledged_at_once(complaint: Complaint) -> None:
    assert b"canary" not in bytes(complaint.text)
    assert complaints.read(complaint) == WORDS
    assert complaint.acknowledged_at is not None
    assert complaint.acknowledged_at <= complaint.acknowledge_by
    said = letters.read(Letter.objects.get(kind=Letter.Kind.COMPLAINT_RECEIVED))
    assert said["who_looks"]
    assert said["new_due"]
    assert complaint.request is not None
    assert [one.tag for one in log.entries(complaint.request.pk)][-1] == Tag.COMPLAINT_FILED


@pytest.mark.parametrize(("residence", "days"), [("", 30), ("GB", 30), ("IN", 90)])
def test_the_dates_are_the_earliest_of_law_and_house(
    alice: AbstractBaseUser, settings, residence: str, days: int
) -> None:
    settings.DSAR = {**settings.DSAR, "COMPLAINT_DAYS": 200 if residence == "IN" else 30}
    # India's law is in force by then.
    with time_machine.travel("2028-06-01T02:00:00+00:00", tick=False):
        case = cast.request_of(alice, Right.ACCESS, residence=residence).case
        filed = complaints.file(case, text=WORDS, actor=cast.requester(alice))
    assert filed.answer_by - filed.received_at == timedelta(days=days)
    assert filed.acknowledge_by - filed.received_at == timedelta(days=30)


def test_whoever_decided_neither_takes_nor_answers_it(
    complaint: Complaint, dora: Actor, olga: Actor, carol: Actor
) -> None:
    with pytest.raises(OwnDecisionError):
        complaints.take(complaint, actor=dora)
    with pytest.raises(OwnDecisionError):
        _answered(complaint, by=dora)
    with pytest.raises(NotPermittedError):
        complaints.take(complaint, actor=carol)
    taken = complaints.take(complaint, actor=olga)
    assert taken.assigned_to == olga.user


def test_the_outcome_is_a_letter_with_reasons_and_remedies(
    complaint: Complaint, olga: Actor
) -> None:
    answered = _answered(complaint, by=olga)
    assert (answered.outcome, answered.reopened) == ("upheld", None)
    text = letters.render(Letter.objects.get(kind=Letter.Kind.COMPLAINT_OUTCOME)).text
    for said in ("The orders must stay.", "The law says five years.", "PDPC", "48H"):
        assert said in text
    with pytest.raises(ComplaintError):
        _answered(complaint, by=olga)


def test_without_reasons_it_is_not_answered(complaint: Complaint, olga: Actor) -> None:
    with pytest.raises(letters.LetterIncompleteError, match="reasons"):
        _answered(complaint, by=olga, reasons=[" "])
    complaint.refresh_from_db()
    assert complaint.answered_at is None


def test_who_was_right_gets_a_new_decision_by_somebody_else_and_the_first_stays(
    complaint: Complaint, refused: Request, dora: Actor, olga: Actor
) -> None:
    answered = _answered(complaint, by=olga, outcome="overturned")
    again = answered.reopened
    assert again is not None
    assert (again.right, again.round, again.state) == (Right.DELETION, 2, State.SUBMITTED)
    assert again.due_at > refused.due_at - timedelta(days=1)
    refused.refresh_from_db()
    assert (refused.state, refused.outcome) == (State.CLOSED, Outcome.REFUSED)
    assert Tag.REQUEST_REOPENED in [one.tag for one in log.entries(again.pk)]
    cast.route(again)
    with pytest.raises(OwnDecisionError):
        decisions.decide(again, verdict=Decision.Verdict.GRANTED, actor=dora)
    decisions.decide(again, verdict=Decision.Verdict.GRANTED, actor=olga)


def test_only_the_person_or_staff_complain_and_one_at_a_time(
    complaint: Complaint, refused: Request, alice, bob, carol: Actor
) -> None:
    for actor in (cast.requester(bob), carol):
        with pytest.raises(NotPermittedError):
            complaints.file(refused.case, text=WORDS, actor=actor)
    with pytest.raises(ComplaintError):
        complaints.file(refused.case, text=WORDS, actor=cast.requester(alice), request=refused)
    with pytest.raises(ComplaintError):
        complaints.file(refused.case, text=" ", actor=cast.requester(alice))
    open_one = cast.request_of(alice, Right.DELETION)
    with pytest.raises(ComplaintError):
        complaints.file(open_one.case, text=WORDS, actor=cast.requester(alice), request=open_one)


def test_a_complaint_may_stand_alone_through_any_channel(dora: Actor) -> None:
    filed = complaints.file_alone(
        subject_id=None,
        contact="writer.canary@example.com",
        text=WORDS,
        actor=dora,
        channel=Case.Channel.POST,
        language="zh-hans",
        residence="GB",
    )
    assert (filed.request, filed.channel) == (None, "post")
    assert filed.case.regimes == ["GB", "SG"]
    letter = Letter.objects.get(case=filed.case)
    assert "我们已收到您的投诉" in letters.render(letter).text
    _answered(filed, by=dora)
    assert filed.received_at <= timezone.now()
    assert "canary" not in str(list(Entry.objects.values_list("canonical", flat=True)))
