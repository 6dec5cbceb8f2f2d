"""A minor's data: reported by anybody, looked at the same day, locked, gone in three working days; no weapon."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from dsar.cases import deadlines, subjects
from dsar.cases.actors import SYSTEM, Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.authority import Authority
from dsar.cases.claims import Said
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Decision
from dsar.cases.states import Outcome, Right, State
from dsar.duties import minors as duty
from dsar.engine import doorstep, reception, review
from dsar.ledger.models import Entry
from dsar.processing import permitted
from dsar.registers import consents, minors
from dsar.registers.minor_models import MinorReport
from tests import faces
from tests.testapp.privacy import LENDING, NEWSLETTER

REPORTER = "rae@example.com"
WHY = "The school's letter names the child."


@pytest.fixture(autouse=True)
def _settled(settings, tmp_path):
    faces.settle(settings, tmp_path)
    settings.DSAR = settings.DSAR | {"WAITING_PERIOD_SECONDS": 7 * 24 * 3600}


@pytest.fixture
def cast(transactional_db):
    return faces.plain_cast()


def _staff(name="dora", role="officer"):
    return Actor(kind=ActorKind.STAFF, user=faces.member_of_staff(role, name))


def _reported(person, relation="minor_report", right=Right.DELETION) -> Any:
    said = Said(
        name="Rae Fiction",
        address=REPORTER,
        relation=relation,
        for_name="Alice",
        for_address=person.email,
        affirmed="I may give you this person's data.",
    )
    case = reception.file_openly(
        said,
        asked=[Asked(right=right)],
        actor=Actor(kind=ActorKind.REQUESTER),
        channel="portal",
        language="en",
    )
    doorstep.look_up(str(case.pk))
    case.refresh_from_db()
    return case


def _tags():
    return list(Entry.objects.filter(tag__startswith="minor").values_list("tag", flat=True))


def _delete(case, first, second):
    request = case.requests.get()
    review.decide(request, verdict=Decision.Verdict.GRANTED, actor=first)
    request.refresh_from_db()
    review.approve(request, actor=second)
    request.refresh_from_db()
    return request


def test_a_report_changes_nothing_before_staff_looked_and_has_its_dates(cast):
    case = _reported(cast.alice)
    report = MinorReport.objects.get(case_reference=case.pk)
    assert report.triage_on == deadlines.day_of(case.received_at)
    away = (report.target_on - report.triage_on).days
    assert 3 <= away <= 10
    request = case.requests.get()
    assert deadlines.day_of(request.due_at) == report.target_on
    assert permitted(cast.alice.user, LENDING)
    assert case.subject_id is None
    assert case.verified_at is None
    assert _tags() == ["minor.reported"]


def test_confirmed_it_is_locked_at_once_and_goes_without_waiting_by_two_people(cast):
    consents.give(cast.alice.pk, NEWSLETTER, wording="Yes.")
    assert permitted(cast.alice.user, NEWSLETTER)
    case, dora, otto = _reported(cast.alice), _staff(), _staff("otto")
    duty.confirm(case, shown=Authority.MINORITY, reason=WHY, actor=dora)
    assert not permitted(cast.alice.user, LENDING)
    assert permitted(cast.bob.user, LENDING)
    consents.give(cast.alice.pk, NEWSLETTER, wording="Yes, again.")
    assert not permitted(cast.alice.user, NEWSLETTER), (
        "What is said while it is locked opens nothing."
    )
    assert permitted(cast.alice.user, "request_handling"), "The law goes on."
    with pytest.raises(minors.TriagedError):
        duty.confirm(case, shown=Authority.MINORITY, reason=WHY, actor=dora)
    assert WHY not in "".join(Entry.objects.values_list("canonical", flat=True))
    assert duty.sweep() == 0
    request = _delete(case, dora, otto)
    assert request.state == State.APPROVED
    assert request.not_before <= timezone.now()
    faces.work()
    request.refresh_from_db()
    assert (request.state, request.outcome in {Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED}) == (
        State.CLOSED,
        True,
    )
    assert not get_user_model().objects.filter(email=cast.alice.email).exists()
    assert get_user_model().objects.filter(email=cast.bob.email).exists()
    assert duty.sweep() == 1
    assert MinorReport.objects.get().ended_at is not None
    assert _tags() == ["minor.reported", "minor.triaged", "minor.all_ended"]


def test_answers_go_to_the_person_unless_a_guardian_showed_that_they_are_one(cast):
    dora = _staff()
    other, guardian = _reported(cast.alice), _reported(cast.bob, relation="guardian")
    duty.confirm(other, shown=Authority.MINORITY, reason=WHY, actor=dora)
    with pytest.raises(NotPermittedError):
        duty.confirm(guardian, shown=Authority.MINORITY, reason=WHY, actor=dora)
    duty.confirm(guardian, shown=Authority.PARENTAL, reason=WHY, actor=dora)
    for case, address in ((other, cast.alice.email), (guardian, REPORTER)):
        case.refresh_from_db()
        assert subjects.contact_of(case) == address
        assert case.requests.get().state == State.IN_REVIEW


def test_whoever_holds_the_account_is_asked_at_their_own_address(cast):
    case = _reported(cast.alice)
    mail.outbox.clear()
    confirmed = case.claim
    confirmed.confirmed_at = timezone.now()
    confirmed.save()
    doorstep.consider(str(case.pk))
    assert [one.to for one in mail.outbox] == [[cast.alice.email]]
    case.refresh_from_db()
    assert case.verified_at is None


def test_unfounded_nothing_was_ever_locked_and_a_mistake_is_lifted(cast):
    dora = _staff()
    case = _reported(cast.alice)
    duty.dismiss(case, reason="She is forty.", actor=dora)
    assert permitted(cast.alice.user, LENDING)
    assert not minors.unended().exists()
    mistaken = _reported(cast.bob)
    duty.confirm(mistaken, shown=Authority.MINORITY, reason=WHY, actor=dora)
    assert not permitted(cast.bob.user, LENDING)
    assert duty.lift(mistaken, reason="Another Bob.", actor=dora)
    assert not duty.lift(mistaken, reason="Another Bob.", actor=dora)
    assert permitted(cast.bob.user, LENDING)


def test_only_who_decides_looks_and_says_why(cast):
    case = _reported(cast.alice)
    for actor, reason in ((_staff("hans", "handler"), WHY), (_staff(), " "), (SYSTEM, WHY)):
        for act in (duty.confirm, duty.dismiss, duty.lift):
            more: Any = {"shown": Authority.MINORITY} if act is duty.confirm else {}
            with pytest.raises(NotPermittedError):
                act(case, reason=reason, actor=actor, **more)
    assert not MinorReport.objects.exclude(finding="").exists()


def test_a_deletion_of_an_adult_and_a_minors_own_request_are_no_reports(cast):
    faces.file(cast.alice, "deletion")
    _reported(cast.bob, relation="representative")
    assert not MinorReport.objects.exists()
    own = faces.file(cast.bob, "access")
    faces.work()
    assert own.requests.get().outcome == Outcome.FULFILLED, "Rights have no age (R140)."
    assert _reported(cast.bob, right=Right.ACCESS).requests.get().right == Right.DELETION
