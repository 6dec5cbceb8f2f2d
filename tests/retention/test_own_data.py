"""Our own records of requests expire by the same run, down to a skeleton that is nobody's (R158)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsar.cases import ending, notes, subjects, uploads
from dsar.cases.complaint_models import Complaint
from dsar.cases.identity_models import Upload
from dsar.cases.models import Case, Decision, Letter, Note, Request
from dsar.cases.redaction_models import Redaction, Replacement
from dsar.contract import people
from dsar.duties.retention import due
from dsar.engine.models import Plan, Step
from dsar.keys import box
from dsar.keys.box import KeyDestroyedError
from dsar.ledger.models import Entry
from dsar.registers import holds
from dsar.registers.incident_models import Incident, IncidentEntry
from tests import faces
from tests import incidents as made

MONTHS_36 = timedelta(days=3 * 366)


@pytest.fixture
def closed(cast, officer):
    """A case of somebody with everything a case can have, which was closed so long ago."""

    def make(person, *, ago=MONTHS_36, right="deletion"):
        case = faces.file(person, right)
        when = timezone.now() - ago
        notes.write(case, text=person.canary("note"), actor=officer)
        uploads.keep(
            case,
            name="letter.txt",
            media_type="text/plain",
            content=person.canary("upload").encode(),
        )
        request = case.requests.get()
        Decision.objects.update_or_create(
            request=request,
            defaults={
                "verdict": Decision.Verdict.REFUSED,
                "grounds": {"SG": "legal_claims"},
                "reason": b"sealed",
                "plan_digest": "a" * 64,
                "decided_by": officer.user,
            },
        )
        mark = Redaction.objects.create(
            request=request,
            declaration="testapp.Member",
            row="1",
            field="portrait",
            start=0,
            end=1,
            of_file=True,
            grounds={"SG": "legal_privilege"},
            made_by=officer.user,
        )
        Replacement.objects.create(
            redaction=mark, media_type="image/png", size=1, content=b"sealed"
        )
        Request.objects.filter(pk=request.pk).update(
            state="closed",
            outcome="refused",
            answered_at=when,
            closed_at=when,
            owner=officer.user,
        )
        return case

    return make


def _kinds(case):
    """How many rows of each kind a case has."""
    return {
        "letters": Letter.objects.filter(case=case).count(),
        "notes": Note.objects.filter(case=case).count(),
        "uploads": Upload.objects.filter(case=case).count(),
        "redactions": Redaction.objects.filter(request__case=case).count(),
        "replacements": Replacement.objects.filter(redaction__request__case=case).count(),
        "steps": Step.objects.filter(request__case=case).count(),
        "plans": Plan.objects.filter(request__case=case).count(),
    }


def test_36_months_after_its_end_a_case_is_a_skeleton_and_its_neighbour_untouched(
    cast, closed, night
):
    old, recent = closed(cast.alice), closed(cast.bob, ago=timedelta(days=900))
    before, neighbour = _kinds(old), _kinds(recent)
    assert min(before["letters"], before["notes"], before["uploads"]) >= 1
    assert (before["redactions"], before["replacements"]) == (1, 1)
    stored = {case.pk: Upload.objects.get(case=case).stored for case in (old, recent)}
    assert storages["uploads"].exists(stored[old.pk])
    sealed = {case.pk: bytes(Note.objects.get(case=case).text) for case in (old, recent)}
    assert box.unseal(old.key, sealed[old.pk]).decode() == cast.alice.canary("note")
    night()

    assert set(_kinds(old).values()) == {0}
    assert not storages["uploads"].exists(stored[old.pk])
    skeleton = Case.objects.select_related("key").get(pk=old.pk)
    assert (skeleton.reference, skeleton.regimes) == (old.reference, old.regimes)
    assert skeleton.received_at == old.received_at
    assert (skeleton.subject_id, skeleton.identifiers) == (None, None)
    # A copy of the sealed bytes, such as a backup's, is read by nobody any more.
    with pytest.raises(KeyDestroyedError):
        box.unseal(skeleton.key, sealed[old.pk])
    request = Request.objects.get(case=old)
    assert (request.right, request.outcome) == ("deletion", "refused")
    assert request.closed_at is not None
    assert request.owner_id is None
    decision = Decision.objects.get(request=request)
    assert decision.grounds == {"SG": "legal_claims"}
    assert (decision.reason, decision.plan_digest, decision.decided_by_id) == (None, "", None)

    assert _kinds(recent) == neighbour
    assert storages["uploads"].exists(stored[recent.pk])
    other = Case.objects.select_related("key").get(pk=recent.pk)
    assert other.subject_id == cast.bob.pk
    assert subjects.contact_of(other) == cast.bob.email
    assert box.unseal(other.key, sealed[recent.pk]).decode() == cast.bob.canary("note")
    assert Decision.objects.get(request__case=recent).decided_by_id is not None


def test_a_skeleton_is_made_once_and_its_page_still_opens(cast, closed, night):
    old = closed(cast.alice)
    night()
    again = night()
    assert again.done == {}
    shredded = Entry.objects.filter(tag="key.destroyed", canonical__contains="retention")
    assert shredded.count() == 1
    client = Client()
    client.force_login(
        faces.member_of_staff("officer", "otto"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    page = client.get(reverse("admin:dsar_case_change", args=[old.pk]))
    assert page.status_code == 200
    assert old.reference in page.content.decode()
    assert cast.alice.email not in page.content.decode()


def test_somebody_without_account_leaves_a_skeleton_too(cast, closed, night):
    old = closed(cast.alice)
    subjects.seal(old, people.guest(("guest@example.com",), names=("Guest Nobody",)))
    old.subject_id, old.address_digest = None, "b" * 64
    old.save()
    night()
    old.refresh_from_db()
    assert (old.identifiers, old.address_digest) == (None, "")
    assert old.key.wrapped is None
    assert set(_kinds(old).values()) == {0}


def test_a_hold_keeps_a_case_whole(cast, closed, officer, night):
    old = closed(cast.alice)
    holds.place(
        cast.alice.user,
        ground="Claim",
        law="Limitation Act",
        review_on=due.today(),
        by=officer.user,
    )
    before = _kinds(old)
    night()
    assert _kinds(old) == before
    assert Case.objects.get(pk=old.pk).subject_id == cast.alice.pk


def test_an_open_complaint_or_request_keeps_a_case_and_starts_its_period_anew(cast, closed, night):
    old = closed(cast.alice)
    complaint = Complaint.objects.create(
        case=old,
        request=old.requests.get(),
        channel="portal",
        acknowledge_by=timezone.now(),
        answer_by=timezone.now(),
        text=b"sealed",
    )
    before = _kinds(old)
    night()
    assert _kinds(old) == before
    assert Case.objects.get(pk=old.pk).ended_at is None
    answered = timezone.now() - timedelta(days=10)
    Complaint.objects.filter(pk=complaint.pk).update(outcome="upheld", answered_at=answered)
    night()
    assert Case.objects.get(pk=old.pk).ended_at == answered
    assert _kinds(old) == before


def test_an_incident_goes_with_its_timeline_three_years_after_it_was_closed(officer, night):
    old, recent, is_open = (made.entered(officer) for _ in range(3))
    for incident, days in ((old, 3 * 366), (recent, 900)):
        closed_at = timezone.now() - timedelta(days=days)
        Incident.objects.filter(pk=incident.pk).update(closed_at=closed_at)
    assert IncidentEntry.objects.filter(incident=old).exists()
    kept = IncidentEntry.objects.exclude(incident=old).count()
    night()
    assert set(Incident.objects.all()) == {recent, is_open}
    assert IncidentEntry.objects.count() == kept > 0
    with pytest.raises(IntegrityError):
        IncidentEntry.objects.filter(incident=recent).delete()


def test_when_a_case_ended_is_noted_once(cast, closed):
    first, second = closed(cast.alice), closed(cast.bob, ago=timedelta(days=5))
    is_open = faces.file(cast.carol, "access")
    assert ending.note() == 2
    assert ending.note() == 0
    for case in (first, second):
        assert Case.objects.get(pk=case.pk).ended_at == case.requests.get().closed_at
    assert Case.objects.get(pk=is_open.pk).ended_at is None
