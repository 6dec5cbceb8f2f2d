"""An incident is entered, assessed, decided, told to the authority and closed; only by whom it should."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dsar.duties import incident_closing, incidents, misdelivery
from dsar.duties.incidents import (
    ClosedError,
    IncidentError,
    NotAllowedError,
    NotAssessedError,
    OwedError,
    ReasonNeededError,
)
from dsar.ledger.models import Entry
from dsar.registers.incident_models import Incident, IncidentEntry
from tests import faces
from tests import incidents as made


@pytest.fixture
def officer(db):
    return made.staff("officer")


def _texts(incident):
    return [one["text"] for one in incidents.timeline(incident)]


def _tags():
    return list(Entry.objects.filter(tag__startswith="incident.").values_list("tag", flat=True))


def test_what_was_written_is_sealed_and_the_ledger_names_nothing(officer):
    incident = made.entered(officer)
    incidents.note(incident, text="Zoe Canary was told by telephone.", actor=officer)
    assert _texts(incident) == [made.SECRET, "Zoe Canary was told by telephone."]
    assert all(b"Canary" not in bytes(one.text) for one in IncidentEntry.objects.all())
    assert _tags() == ["incident.opened", "incident.noted"]
    assert "Canary" not in "".join(Entry.objects.values_list("canonical", flat=True))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_timeline_only_grows(officer, change):
    incident = made.entered(officer)
    entries = IncidentEntry.objects.filter(incident=incident)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        entries.update(kind="noted") if change == "update" else entries.delete()
    assert entries.count() == 1


def test_what_happened_earlier_stands_earlier_in_the_timeline(officer):
    incident = made.entered(officer)
    before = timezone.now() - timedelta(days=1)
    incidents.note(incident, text="The lock was seen open.", at=before, actor=officer)
    assert _texts(incident) == ["The lock was seen open.", made.SECRET]


def test_deciding_starts_the_three_days_and_deciding_again_does_not_start_them_anew(officer):
    incident = made.entered(officer)
    assert [one.due for one in incidents.dues(incident) if one.step == "authority"] == [None]
    made.decided(incident, officer)
    first = incident.assessed_at
    (due,) = [one.due for one in incidents.dues(incident) if one.step == "authority"]
    assert due is not None
    assert (due.date() - timezone.localdate(first)).days == 3
    made.decided(incident, officer)
    assert incident.assessed_at == first


def test_what_turns_out_to_be_notifiable_later_counts_from_then(officer):
    incident = made.entered(officer)
    made.decided(incident, officer, harm=False)
    first = incident.assessed_at
    made.decided(incident, officer)
    assert first is not None
    assert incident.assessed_at is not None
    assert incident.assessed_at > first


def test_a_decision_needs_answers_and_another_one_than_proposed_a_reason(officer):
    incident = made.entered(officer)
    told = {"SG": {"authority": False, "people": False}}
    with pytest.raises(NotAssessedError):
        incidents.decide(incident, told=told, reason="No.", actor=officer)
    incidents.assess(incident, answers=made.answers(), text="Names.", actor=officer)
    with pytest.raises(ReasonNeededError):
        incidents.decide(incident, told=told, reason=" ", actor=officer)
    incidents.decide(incident, told=told, reason="Counsel says so.", actor=officer)
    assert incident.decided == told
    (entry,) = Entry.objects.filter(tag="incident.decided")
    assert '"differs":true' in entry.canonical


def test_a_late_notice_to_the_authority_needs_reasons_and_its_phases_do_not(officer):
    incident = made.entered(officer, "EU", discovered_at=timezone.now() - timedelta(hours=80))
    made.decided(incident, officer)
    with pytest.raises(ReasonNeededError):
        made.authority_told(incident, officer)
    said = {"code": "EU", "at": timezone.now(), "text": "Reference X-1.", "actor": officer}
    incidents.tell_authority(incident, **said, late_because="Nobody read the alarm.")
    made.authority_told(incident, officer)
    assert incidents.authorities_told(incident) == {"EU"}
    first, second = _told()
    assert '"late":true' in first
    assert '"late":false' in second
    assert "Nobody read the alarm." in _texts(incident)[-2]


def _told():
    found = Entry.objects.filter(tag="incident.authority_told").order_by("pk")
    return list(found.values_list("canonical", flat=True))


def test_a_notice_in_time_needs_none_and_one_to_come_or_of_another_law_is_refused(officer):
    incident = made.entered(officer, "EU", discovered_at=timezone.now() - timedelta(hours=71))
    for wrong in ({"at": timezone.now() + timedelta(hours=1)}, {"code": "SG"}):
        said = {"code": "EU", "at": timezone.now(), "text": "x", "actor": officer} | wrong
        with pytest.raises(IncidentError):
            incidents.tell_authority(incident, **said)
    made.authority_told(incident, officer)
    assert '"late":false' in _told()[0]


def test_it_closes_with_a_reason_once_nothing_is_owed(officer):
    incident = made.entered(officer)
    with pytest.raises(OwedError, match="Nobody decided"):
        incident_closing.close(incident, reason="Over.", actor=officer)
    made.decided(incident, officer, harm=False, people=600)
    with pytest.raises(OwedError, match="authority of SG"):
        incident_closing.close(incident, reason="Over.", actor=officer)
    made.authority_told(incident, officer)
    with pytest.raises(ReasonNeededError):
        incident_closing.close(incident, reason="  ", actor=officer)
    incident_closing.close(incident, reason="The lock is mended.", actor=officer)
    assert Incident.objects.get().closed_at is not None
    assert _texts(incident)[-1] == "The lock is mended."
    with pytest.raises(ClosedError):
        incidents.note(incident, text="One more thing.", actor=officer)


@pytest.mark.parametrize("role", ["handler", "reviewer", "auditor", "nobody"])
def test_nobody_but_the_officer_does_anything_with_an_incident(officer, role):
    incident = made.entered(officer)
    before = (_texts(incident), Entry.objects.count())
    other = made.staff(role)
    acts = (
        lambda: made.entered(other),
        lambda: incidents.note(incident, text="x", actor=other),
        lambda: made.decided(incident, other),
        lambda: incidents.decide(incident, told={}, reason="x", actor=other),
        lambda: made.authority_told(incident, other),
        lambda: incident_closing.close(incident, reason="x", actor=other),
    )
    for act in acts:
        with pytest.raises(NotAllowedError):
            act()
    assert (_texts(incident), Entry.objects.count()) == before


def test_an_answer_that_went_astray_opens_an_incident_of_the_cases_laws(transactional_db):
    cast, handler = faces.plain_cast(), made.staff("handler")
    case = faces.file(cast.alice, "access")
    incident = misdelivery.report(case, facts="It lay in Bob's letter box.", actor=handler)
    assert incident.kind == Incident.Kind.MISDELIVERED
    assert incident.case_reference == case.pk
    assert incident.laws == ["SG"]
    assert _texts(incident) == ["It lay in Bob's letter box."]
    with pytest.raises(NotAllowedError):
        misdelivery.report(case, facts="x", actor=made.staff("auditor"))
    assert Incident.objects.count() == 1
