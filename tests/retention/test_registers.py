"""What the registers say outlasts or ends as it must: a purpose in use stays, a consent goes with its receipts."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.purposes import ACCOUNT_MANAGEMENT
from dsar.processing import permitted
from dsar.registers import consents
from dsar.registers.models import Consent, ConsentEvent, Purpose
from tests.testapp.privacy import NEWSLETTER

LONG_AGO = timedelta(days=4 * 366)


def test_a_purpose_stays_for_as_long_as_it_is_used_and_forgets_who_started_it(cast, officer, night):
    rows = Purpose.objects.filter(pk=ACCOUNT_MANAGEMENT.code)
    rows.update(active_from=timezone.now() - LONG_AGO, started_by=officer.user)
    other = Purpose.objects.exclude(pk=ACCOUNT_MANAGEMENT.code).update(started_by=officer.user)
    night()
    assert permitted(cast.alice.user, ACCOUNT_MANAGEMENT)
    assert rows.get().started_by_id is None
    assert Purpose.objects.filter(started_by=officer.user).count() == other


def test_a_consent_that_was_withdrawn_long_ago_goes_with_its_receipts_and_an_open_one_stays(
    cast, night
):
    for person in (cast.alice, cast.bob):
        consents.give(person.pk, NEWSLETTER, wording="Yes.")
    consents.withdraw(cast.alice.pk, NEWSLETTER)
    Consent.objects.filter(subject_id=cast.alice.pk).update(withdrawn_at=timezone.now() - LONG_AGO)
    assert ConsentEvent.objects.count() == 3
    night()
    assert list(Consent.objects.values_list("subject_id", flat=True)) == [cast.bob.pk]
    assert list(ConsentEvent.objects.values_list("consent__subject_id", flat=True)) == [cast.bob.pk]
