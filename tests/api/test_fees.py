"""What an answer would cost, over the API: staff announce it, the person agrees or drops it, staff note the payment."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from dsar.cases.fee_models import Fee
from dsar.cases.models import Case, Request
from tests.entering import link_and_code

pytestmark = pytest.mark.django_db(transaction=True)
ESTIMATE = {
    "amount": "20.00",
    "currency": "EUR",
    "why": "Two hours in the archive.",
    "reason": "It repeats nine earlier ones.",
}


@pytest.fixture
def asked(alice, file, settings):
    """Alice's deletion under European law alone."""
    settings.DSAR = settings.DSAR | {"REGIMES": ("EU",)}
    said = file(alice, "deletion")
    return said["reference"], said["requests"][0]["id"]


def by_link(case):
    token, code = link_and_code(case)
    return {"HTTP_X_LINK_TOKEN": token, "HTTP_X_LINK_CODE": code}


def announced(dora, pk):
    answer = dora.post(f"/api/v1/staff/requests/{pk}/fee", ESTIMATE, format="json")
    assert answer.status_code == 200, answer.data
    return answer.json()


def test_a_person_reads_the_sum_agrees_and_staff_note_the_payment(alice, dora, asked):
    reference, pk = asked
    assert announced(dora, pk)["state"] == "awaiting_requester"
    (shown,) = alice.get(f"/api/v1/cases/{reference}").json()["requests"]
    assert shown["fee"] == {"amount": "20.00", "currency": "EUR", "accepted": False}
    address = f"/api/v1/cases/{reference}/requests/{pk}/fee"
    assert alice.post(address, {}, format="json").status_code == 422
    agreed = alice.post(address, {"accept": True}, format="json")
    assert agreed.json()["fee"]["accepted"] is True
    paid = {"payment": "BANK 1"}
    done = dora.post(f"/api/v1/staff/requests/{pk}/payment", paid, format="json")
    assert done.json()["state"] == "in_review"
    assert alice.get(f"/api/v1/cases/{reference}").json()["requests"][0]["fee"] is None
    assert alice.post(address, {"accept": True}, format="json").status_code == 409


def test_a_person_drops_it(alice, dora, asked):
    reference, pk = asked
    announced(dora, pk)
    address = f"/api/v1/cases/{reference}/requests/{pk}/fee"
    assert alice.post(address, {"accept": False}, format="json").json()["outcome"] == (
        "withdrawn_by_requester"
    )


def test_nobody_else_agrees_for_her(bob, dora, asked):
    reference, pk = asked
    announced(dora, pk)
    address = f"/api/v1/cases/{reference}/requests/{pk}/fee"
    assert bob.post(address, {"accept": True}, format="json").status_code == 404
    assert Fee.objects.get().accepted_at is None


def test_who_comes_by_link_agrees_too_and_only_in_that_case(alice, bob, dora, file, asked):
    _, pk = asked
    announced(dora, pk)
    other = file(bob, "deletion")
    other_case = Case.objects.select_related("key").get(reference=other["reference"])
    own_case = Request.objects.select_related("case__key").get(pk=pk).case
    address, said = f"/api/v1/answer/requests/{pk}/fee", {"accept": True}
    assert APIClient().post(address, said, format="json", **by_link(other_case)).status_code == 404
    agreed = APIClient().post(address, said, format="json", **by_link(own_case))
    assert agreed.json()["fee"]["accepted"] is True


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "", "20.005", "many"])
def test_what_is_no_amount_is_refused(dora, asked, amount):
    said = ESTIMATE | {"amount": amount}
    refused = dora.post(f"/api/v1/staff/requests/{asked[1]}/fee", said, format="json")
    assert refused.status_code == 422
    assert not Fee.objects.exists()


def test_a_law_that_forbids_it_is_said(alice, file, dora):
    (asked,) = file(alice, "deletion")["requests"]
    refused = dora.post(f"/api/v1/staff/requests/{asked['id']}/fee", ESTIMATE, format="json")
    assert refused.status_code == 409
    assert "fee" in refused.json()["detail"]
