"""Staff take more time and change laws at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases.delays import Extension, Promise
from dsar.cases.models import Letter, Request

pytestmark = pytest.mark.django_db(transaction=True)


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


@pytest.fixture
def request_of_alice(cast, ask):
    ask(cast.alice, "deletion")
    return Request.objects.select_related("case").get()


def test_a_law_is_added_and_then_lets_the_request_be_extended(request_of_alice, dora):
    dora.post(
        _act(request_of_alice, "laws"), {"add": "EU", "remove": "", "reason": "She lives in Lyon."}
    )
    request_of_alice.case.refresh_from_db()
    assert request_of_alice.case.regimes == ["EU", "SG"]
    asked = dora.get(_act(request_of_alice, "extend")).content.decode()
    assert "number of requests" in asked
    dora.post(_act(request_of_alice, "extend"), {"ground_EU": "complexity", "reasons": "Many."})
    assert Extension.objects.get().ground == "complexity"
    page = dora.get(reverse("admin:dsar_request_change", args=[request_of_alice.pk]))
    assert "extended" in page.content.decode()


def test_a_day_is_promised_and_shown(request_of_alice, dora):
    until = timezone.localdate() + timedelta(days=70)
    said = {"until": until.isoformat(), "reasons": "Many archives."}
    dora.post(_act(request_of_alice, "promise"), said)
    assert Promise.objects.get().until == until
    assert Letter.objects.filter(kind="interim").count() == 1
    page = dora.get(reverse("admin:dsar_request_change", args=[request_of_alice.pk]))
    assert f"promised {date_format(until)}" in page.content.decode()


def test_a_holiday_is_entered_and_moves_what_is_due_on_it(request_of_alice, dora):
    day = request_of_alice.clocks[0]["strict"]
    page = reverse("admin:dsar_holiday_enter")
    assert "SG" in dora.get(page).content.decode()
    said = {"country": "SG", "day": day, "free": "on", "name": "A day of mourning"}
    listed = dora.post(page, said, follow=True).content.decode()
    assert "1 open requests got another date" in listed
    assert "A day of mourning" in listed
    request_of_alice.refresh_from_db()
    assert request_of_alice.clocks[0]["strict"] > day


def test_handlers_enter_no_holidays(request_of_alice, at_desk):
    handler = at_desk("handler")
    assert handler.get(reverse("admin:dsar_holiday_enter")).status_code == 403
    assert handler.get(reverse("admin:dsar_holiday_changelist")).status_code == 403
