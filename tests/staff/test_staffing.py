"""Staff: nobody is given requests without undertaking and training; access and security are reviewed and signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases import owning
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.models import Request
from dsar.cases.owning import UnfitError
from dsar.dispatch import workers
from dsar.ledger.models import Entry
from dsar.registers import house_reviews, staffing
from dsar.registers.staff_models import HouseReview, StaffRecord
from tests import faces

STAFF, SYSTEM = "/admin/staff/", "/admin/system/"
ENTER, SIGN = "/admin/dsar/staffrecord/enter/", "/admin/dsar/housereview/sign/{}/"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE_SECONDS", 0.2)


def as_staff(user):
    return Actor(kind=ActorKind.STAFF, user=user)


def lines(client):
    return {line.what: line for line in client.get(SYSTEM).context["lines"]}


def test_who_lacks_training_or_undertaking_takes_nothing_and_is_told_what_to_do(
    cast, ask, at_desk, dora
):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    harry = faces.member_of_staff("handler", "harry")
    page = at_desk("handler", "hanna")
    training = StaffRecord.objects.get(member_id=harry.pk, kind="training")
    training.valid_until = timezone.localdate() - timedelta(days=1)
    training.done_on = training.valid_until
    training.save()
    give = reverse("admin:dsar_request_act", args=[request.pk, "give"])
    said = page.post(give, {"to": harry.pk}, follow=True).content.decode()
    assert "This colleague has no valid training." in said
    assert "page “Staff”" in said
    StaffRecord.objects.filter(member_id=harry.pk).delete()
    with pytest.raises(
        UnfitError, match="no valid confidentiality undertaking and no valid training"
    ):
        owning.take(request, actor=as_staff(harry))
    request.refresh_from_db()
    assert request.owner is None
    assert (
        lines(dora)["Staff who handle requests without undertaking or training"].stands == "1 of 3"
    )


def test_the_officer_enters_both_and_then_requests_can_be_theirs(cast, ask, dora):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    harry = faces.member_of_staff("handler", "harry")
    StaffRecord.objects.filter(member_id=harry.pk).delete()
    assert "cannot be given requests" in dora.get(STAFF).content.decode()
    today = timezone.localdate()
    said = {"member": harry.pk, "done_on": today, "evidence": "Folder 7"}
    until = today + timedelta(days=365)
    wrong = {"kind": "training", "valid_until": today - timedelta(days=1)}
    assert "before it began" in dora.post(ENTER, said | wrong).content.decode()
    for kind in ("training", "undertaking"):
        answer = dora.post(ENTER, said | {"kind": kind, "valid_until": until})
        assert answer["Location"] == STAFF
    assert "cannot be given requests" not in dora.get(STAFF).content.decode()
    owning.take(request, actor=as_staff(harry))
    assert request.owner == harry
    entries = [one.canonical for one in Entry.objects.filter(tag="staff.recorded")]
    assert len(entries) == len(StaffRecord.Kind)
    assert harry.get_username() not in "".join(entries)
    record = StaffRecord.objects.get(member_id=harry.pk, kind="training")
    dora.post(reverse("admin:dsar_staffrecord_end", args=[record.pk]))
    assert staffing.missing(harry) == [StaffRecord.Kind.TRAINING]
    assert Entry.objects.filter(tag="staff.record_ended").count() == 1


def test_a_review_that_is_due_is_on_the_first_page_and_the_system_page_until_it_is_signed(
    cast, at_desk, dora
):
    faces.member_of_staff("handler", "harry")
    overdue = "A review is overdue"
    assert dora.get("/admin/").content.decode().count(overdue) == len(HouseReview.Kind)
    assert overdue not in at_desk("reviewer").get("/admin/").content.decode()
    assert not lines(dora)["Review: Access rights"].well
    shown = dora.get(SIGN.format("access")).content.decode()
    assert "harry" in shown
    assert "Privacy handlers" in shown
    assert dora.post(SIGN.format("access"), {"findings": ""}).status_code == 200
    assert not HouseReview.objects.exists()
    for kind in HouseReview.Kind.values:
        answer = dora.post(SIGN.format(kind), {"findings": "Carol left; her groups are gone."})
        assert answer["Location"] == STAFF
    assert overdue not in dora.get("/admin/").content.decode()
    assert lines(dora)["Review: Access rights"].well
    entries = [one.canonical for one in Entry.objects.filter(tag="house.reviewed")]
    assert len(entries) == len(HouseReview.Kind)
    assert "Carol" not in "".join(entries)
    HouseReview.objects.filter(kind="access").update(
        next_on=timezone.localdate() - timedelta(days=1)
    )
    assert [one.kind for one in house_reviews.tasks() if one.is_overdue] == ["access"]
    assert dora.get(SIGN.format("else")).status_code == 404


def test_the_page_costs_the_same_for_few_and_for_many(cast, dora):
    counted = []
    for number in (1, 12):
        for place in range(number):
            faces.member_of_staff("handler", f"h{number}-{place}")
        dora.get(STAFF)
        with CaptureQueriesContext(connection) as queries:
            assert dora.get(STAFF).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
