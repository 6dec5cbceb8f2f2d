"""A restriction ends after its person was told and had time to object, and never by itself."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from dsar.cases import letters, lifting
from dsar.cases.intake import Asked
from dsar.cases.models import Letter
from dsar.cases.states import Right
from dsar.ledger.models import Entry
from dsar.processing import permitted
from dsar.registers import restrictions
from dsar.registers.models import Restriction
from tests.testapp.privacy import SAFETY

LIST = "/admin/dsar/restriction/"


def restricted(cast, ask):
    case = ask(cast.alice, Asked(right=Right.RESTRICTION, scope={"ground": "claims"}))
    request = case.requests.get()
    restrictions.restrict(cast.alice.user, ground=Restriction.Ground.CLAIMS, request=request.pk)
    return Restriction.objects.get(subject_id=cast.alice.pk)


def address(name, found):
    return reverse(f"admin:dsar_restriction_{name}", args=[found.pk])


def test_it_is_lifted_only_after_the_person_was_told_and_the_notice_is_over(
    cast, ask, at_desk, dora
):
    found = restricted(cast, ask)
    assert not permitted(cast.alice.user, SAFETY)
    untold = dora.post(address("lift", found), follow=True).content.decode()
    assert "Tell the person first" in untold
    assert at_desk("handler").post(address("lift", found)).status_code == 403
    dora.post(address("announce", found), {"reasons": "The claim is settled."})
    letter = Letter.objects.get(kind=Letter.Kind.LIFTING)
    assert letter.request_id == found.request_reference
    assert "The claim is settled." in letters.render(letter).text
    too_soon = dora.post(address("lift", found), follow=True).content.decode()
    assert "the days of notice have passed" in too_soon
    assert not permitted(cast.alice.user, SAFETY)
    before = timezone.now() - lifting.NOTICE - timedelta(minutes=1)
    Restriction.objects.filter(pk=found.pk).update(restricted_at=before - timedelta(days=1))
    Letter.objects.filter(pk=letter.pk).update(written_at=before)
    assert "It has ended" in dora.post(address("lift", found), follow=True).content.decode()
    assert permitted(cast.alice.user, SAFETY)
    assert Entry.objects.filter(tag="restriction.lifted").count() == 1
    assert "ended already" in dora.post(address("lift", found), follow=True).content.decode()


def test_what_is_to_be_reviewed_is_listed_and_stays_until_somebody_decides(cast, ask, dora):
    found, today = restricted(cast, ask), timezone.localdate()
    listed = f"{LIST}?standing=review"
    assert found.review_on is not None
    assert found.review_on > today
    shown = address("change", found)
    assert shown not in dora.get(listed).content.decode()
    Restriction.objects.filter(pk=found.pk).update(review_on=today)
    assert shown in dora.get(listed).content.decode()
    assert not permitted(cast.alice.user, SAFETY)
    past = dora.post(address("keep", found), {"review_on": today})
    assert "Choose a day to come." in past.content.decode()
    dora.post(address("keep", found), {"review_on": today + timedelta(days=90)})
    assert shown not in dora.get(listed).content.decode()
    assert not permitted(cast.alice.user, SAFETY)
    assert Entry.objects.filter(tag="restriction.reviewed").count() == 1
