"""Reports about minors at the desk: on the first page with their day, looked at on a page, and lifted there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases.models import Case
from dsar.processing import permitted
from dsar.registers.minor_models import MinorReport
from tests.testapp.privacy import LENDING

HOME = reverse("admin:index")


@pytest.fixture
def reported(cast):
    """Somebody reports on the open page that Alice is a minor."""
    said = {
        "relation": "minor_report",
        "name": "Rae Fiction",
        "email": "rae@example.com",
        "for_name": "Alice",
        "for_email": cast.alice.email,
        "affirmed": "on",
    }
    answer = Client().post("/privacy/ask/open/", said)
    assert answer.status_code == 302
    return Case.objects.get()


def _page(case):
    return reverse("admin:dsar_case_minor", args=[case.pk])


def test_the_first_page_says_what_is_to_be_looked_at_today_and_what_is_late(reported, dora):
    page = dora.get(HOME).content.decode()
    assert "Reports about minors" in page
    assert reported.reference in page
    assert "to be looked at today" in page
    yesterday = timezone.localdate() - timedelta(days=1)
    MinorReport.objects.update(triage_on=yesterday)
    assert "late" in dora.get(HOME).content.decode().split("Reports about minors")[1][:900]


def test_it_is_confirmed_and_lifted_on_its_page(reported, cast, dora):
    assert (
        _page(reported)
        in dora.get(reverse("admin:dsar_case_change", args=[reported.pk])).content.decode()
    )
    page = dora.get(_page(reported)).content.decode()
    assert "An account has the address." in page
    said = {"finding": "confirmed", "shown": "", "reason": "A letter of the school."}
    assert "shown" in dora.post(_page(reported), said).context["form"].errors
    dora.post(_page(reported), said | {"shown": "minority"})
    assert not permitted(cast.alice.user, LENDING)
    first = dora.get(HOME).content.decode()
    assert "locked, to be gone by" in first
    assert "Lift the lock" in dora.get(_page(reported)).content.decode()
    dora.post(_page(reported), {"reason": "Another Alice."})
    assert permitted(cast.alice.user, LENDING)
    assert dora.get(_page(reported)).status_code == 404
    assert "Reports about minors" not in dora.get(HOME).content.decode()


def test_of_a_case_without_report_there_is_no_page(cast, ask, dora):
    assert dora.get(_page(ask(cast.alice, "deletion"))).status_code == 404


def test_the_case_says_when_and_in_which_words_it_was_affirmed_that_data_may_be_given(
    reported, dora
):
    page = dora.get(reverse("admin:dsar_case_change", args=[reported.pk])).content.decode()
    moment = date_format(timezone.localtime(reported.claim.made_at), "DATETIME_FORMAT")
    assert f"{moment}: I may give you the data of the person I ask for." in page
