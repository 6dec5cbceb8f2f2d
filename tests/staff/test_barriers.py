"""Every page of the desk in a real browser: no barrier, and nothing that the strict policy would refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from dsar.cases.intake import Asked
from dsar.cases.models import Letter
from dsar.cases.states import Right, State
from dsar.registers.models import Hold

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]

PAGES = (
    *("index", "system", "datamap", "dsar_request_find", "dsar_holiday_enter"),
    *("datamap_security", "principles"),
    *("dsar_privacypolicy_write", "dsar_incident_open", "figures", "dsar_export_ask"),
    *("dsar_retention_schedule", "dsar_retention_overdue", "dsar_recipient_enter"),
    *(
        "dsar_transfer_enter",
        "dsar_exempteduse_note",
        "dsar_sourcenotice_note",
        "dsar_anonymousset_enter",
        "dsar_enquiry_enter",
        "dsar_complaint_enter",
        "dsar_case_read",
        "dsar_case_enter",
    ),
    *("staff", "dsar_staffrecord_enter"),
)


@pytest.fixture
def busy(cast, ask, dora, worked):
    """Something in every list that a day's work fills."""
    ask(cast.alice, "access")
    ask(cast.bob, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    ask(cast.bob, Asked(right=Right.RESTRICTION, scope={"ground": "claims"}))
    worked()
    case = ask(cast.alice, "deletion")
    day = timezone.localdate() + timedelta(days=30)
    said = {"ground": "A claim", "law": "Limitation Act", "review_on": day.isoformat()}
    dora.post(reverse("admin:dsar_case_hold", args=[case.pk]), said)
    assert Hold.objects.exists()
    return case


def _ours() -> list[Any]:
    found = apps.get_app_config("dsar").get_models()
    return [one for one in found if admin.site.is_registered(one)]


def _addresses() -> list[str]:
    """Every page without an argument, every list, and a page of each model of which there is a row."""
    found = [reverse(f"admin:{name}") for name in PAGES]
    for model in _ours():
        base = f"admin:dsar_{model._meta.model_name}"
        found.append(reverse(f"{base}_changelist"))
        row = model._base_manager.first()
        if row is not None:
            found.append(reverse(f"{base}_change", args=[row.pk]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_no_list_and_no_page_has_a_barrier(busy, dora, clean, width):
    addresses = _addresses()
    assert len(addresses) > len(PAGES) + len(_ours()) + 6
    clean(dora, *addresses, width=width)


@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_no_question_before_an_act_has_a_barrier(busy, dora, clean, width):
    request = busy.requests.get()
    assert request.state == State.IN_REVIEW
    page = dora.get(reverse("admin:dsar_request_change", args=[request.pk]))
    acts = [one for one, _ in page.context["offered"]]
    assert len(acts) >= 8
    letter = Letter.objects.filter(case=busy).earliest("written_at")
    clean(
        dora,
        *(reverse("admin:dsar_request_act", args=[request.pk, one.name]) for one in acts),
        *(reverse(f"admin:dsar_case_{one}", args=[busy.pk]) for one in ("note", "hold", "astray")),
        reverse("admin:dsar_case_letter", args=[busy.pk, letter.pk]),
        width=width,
    )
