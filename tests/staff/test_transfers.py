"""A transfer at the desk: entered, read again, confirmed or cancelled; and the page on which a person decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsar.processing import permitted
from dsar.registers.transfer_models import Transfer, TransferNotice
from tests import transfers as made
from tests.testapp.privacy import LENDING

LIST = reverse("admin:dsar_transfer_changelist")
ENTER = reverse("admin:dsar_transfer_enter")


def _said(**other):
    day = timezone.localdate() + timedelta(days=30)
    return {
        "kind": "business",
        "holder": "Imaginary Holdings Pte. Ltd.",
        "country": "sg",
        "contact": "privacy@imaginary.example",
        "effective_on": day.isoformat(),
        "bound": "no",
        "purposes": [LENDING.code],
        "says:en": "We merge with Imaginary.",
        "says:zh-hans": "我们与虚构公司合并。",
    } | other


def _page(name="change"):
    return reverse(f"admin:dsar_transfer_{name}", args=[Transfer.objects.get().pk])


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


def test_an_officer_enters_and_confirms_and_people_decide_in_the_portal(cast, dora):
    assert "Read it again" in _told(dora.post(ENTER, _said(), follow=True))
    page = dora.get(_page()).content.decode()
    for shown in (
        "Confirm it",
        "We merge with Imaginary.",
        "each purpose above stops",
        LENDING.label,
    ):
        assert shown in page
    assert not TransferNotice.objects.exists()
    assert "People are told" in _told(dora.post(_page("confirm"), follow=True))
    assert "Confirm it" not in dora.get(_page()).content.decode()
    assert "Imaginary Holdings" in dora.get(LIST).content.decode()

    alice, bob = Client(), Client()
    alice.force_login(cast.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    bob.force_login(cast.bob.user, backend="django.contrib.auth.backends.ModelBackend")
    pk = Transfer.objects.get().pk
    address = reverse("dsar_portal:holder", args=[pk])
    assert address in alice.get("/privacy/").content.decode()
    assert "Let it go on" in alice.get(address).content.decode()
    alice.post(reverse("dsar_portal:holder_renew", args=[pk, LENDING.code]))
    assert "Let it go on" not in alice.get(address).content.decode()
    made.arrives(Transfer.objects.get())
    assert permitted(cast.alice.user, LENDING)
    assert not permitted(cast.bob.user, LENDING)
    assert address in bob.get("/privacy/").content.decode()
    assert address not in alice.get("/privacy/").content.decode(), "She has answered."
    for wrong in ("nothing", "test_newsletter"):
        missing = reverse("dsar_portal:holder_renew", args=[pk, wrong])
        assert bob.post(missing).status_code == 404
    TransferNotice.objects.filter(subject=cast.bob.pk).delete()
    assert bob.get(address).status_code == 404, "What does not concern him does not exist."


def test_what_is_cancelled_says_so_and_stops_nothing(cast, dora):
    dora.post(ENTER, _said())
    dora.post(_page("confirm"))
    assert "nothing goes over" in _told(dora.post(_page("cancel"), follow=True))
    made.arrives(Transfer.objects.get())
    assert permitted(cast.alice.user, LENDING)
    client = Client()
    client.force_login(cast.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("dsar_portal:holder", args=[Transfer.objects.get().pk])
    assert "does not take place" in client.get(address).content.decode()
    assert address not in client.get("/privacy/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"effective_on": timezone.localdate().isoformat()},
        {"purposes": []},
        {"kind": "consent"},
        {"kind": "consent", "consent_purpose": LENDING.code},
        {"country": "Singapore"},
        {"says:en": ""},
    ],
)
def test_what_is_not_whole_is_not_entered(cast, dora, wrong):
    assert dora.post(ENTER, _said(**wrong)).context["form"].errors
    assert not Transfer.objects.exists()


def test_too_soon_is_refused_with_the_reason(cast, dora):
    tomorrow = timezone.localdate() + timedelta(days=1)
    dora.post(ENTER, _said(effective_on=tomorrow.isoformat()))
    assert "People need time" in _told(dora.post(_page("confirm"), follow=True))
    assert Transfer.objects.get().confirmed_at is None
