"""Services that take copies, at the desk: an officer approves and withdraws them, everybody else reads."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dsar.contract.declarations import Recipient
from dsar.registers import recipients
from dsar.registers.destination_models import Destination

LIST = reverse("admin:dsar_destination_changelist")
APPROVE = reverse("admin:dsar_destination_approve")
SAID = {"recipient": "other", "address": "https://import.other.example/s3cret"}


@pytest.fixture
def service(cast):
    return recipients.enter(
        Recipient(code="other", name="The Other", role="controller", country="SG")
    )


def _page(name="change"):
    return reverse(f"admin:dsar_destination_{name}", args=[Destination.objects.get().pk])


def test_an_officer_approves_a_service_and_withdraws_it(service, dora):
    dora.post(APPROVE, SAID)
    approved = Destination.objects.get()
    assert (approved.recipient_id, approved.address) == ("other", SAID["address"])
    page = dora.get(_page()).content.decode()
    assert "import.other.example" in page
    assert "s3cret" not in page
    assert "The Other" not in dora.get(APPROVE).content.decode()
    assert "Withdraw it" in page
    dora.post(_page("withdraw"))
    assert Destination.objects.get().withdrawn_at is not None
    assert "Withdraw it" not in dora.get(_page()).content.decode()
    assert "The Other" in dora.get(APPROVE).content.decode()
    assert "import.other.example" in dora.get(LIST).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"address": "http://other.example/"}, {"recipient": "nobody"}, {"address": ""}],
)
def test_what_cannot_be_approved_is_refused_with_words(service, dora, wrong):
    answer = dora.post(APPROVE, SAID | wrong)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Destination.objects.exists()


@pytest.mark.parametrize("role", ["handler", "reviewer", "auditor"])
def test_everybody_else_reads_and_approves_nothing(service, dora, at_desk, role):
    client = at_desk(role)
    assert client.post(APPROVE, SAID).status_code == 403
    assert not Destination.objects.exists()
    dora.post(APPROVE, SAID)
    page = client.get(_page()).content.decode()
    assert "import.other.example" in page
    assert "Withdraw it" not in page
    assert client.post(_page("withdraw")).status_code == 403
    assert Destination.objects.get().withdrawn_at is None
