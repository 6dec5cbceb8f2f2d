"""The register of recipients at the desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.registers import recipients
from dsar.registers.recipient_models import RecipientRecord
from tests.testapp.privacy import BANK

LIST = reverse("admin:dsar_recipientrecord_changelist")
ENTER = reverse("admin:dsar_recipient_enter")
EDIT = reverse("admin:dsar_recipient_edit", args=["bureau"])
SECRET = reverse("admin:dsar_recipient_secret", args=["bureau"])
PAGE = reverse("admin:dsar_recipientrecord_change", args=["bureau"])
SAID = {
    "name": "Example Bureau",
    "role": "processor",
    "country": "us",
    "safeguard": "",
    "channel": "none",
}


@pytest.fixture
def bureau(cast):
    return recipients.enter(
        Recipient(code="bureau", name="Example Bureau", role="processor", country="US")
    )


def test_a_recipient_is_entered_and_what_is_missing_is_listed(cast, dora):
    dora.post(ENTER, {"code": "bureau", **SAID})
    assert RecipientRecord.objects.get(pk="bureau").country == "US"
    page = dora.get(PAGE).content.decode()
    assert "never assessed, abroad without safeguard, no categories named" in page
    for missing in ("assessment", "safeguard", "categories"):
        assert "Example Bureau" in dora.get(f"{LIST}?missing={missing}").content.decode()
    said = {
        "assessed_on": "2026-01-01",
        "review_on": "2999-01-01",
        "categories": [Category.NAME.value],
    }
    dora.post(EDIT, SAID | said | {"safeguard": "Clauses"})
    assert "nothing" in dora.get(PAGE).content.decode()
    for missing in ("assessment", "safeguard", "categories"):
        assert "Example Bureau" not in dora.get(f"{LIST}?missing={missing}").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "U1"},
        {"country": "\u0391\u0392"},
        {"channel": "webhook", "address": "http://bureau.example"},
        {"channel": "mail", "address": "nobody"},
        {"assessed_on": "2026-01-01"},
        {"assessed_on": "2026-01-01", "review_on": "2025-01-01"},
        {"categories": ["shoe size"]},
    ],
)
def test_what_cannot_be_is_refused(bureau, dora, wrong):
    assert dora.post(EDIT, SAID | wrong).status_code == 200
    bureau.refresh_from_db()
    assert (bureau.country, bureau.channel, bureau.assessed_on) == ("US", "none", None)


def test_what_an_app_declares_is_not_changed_by_hand(cast, dora):
    edit = reverse("admin:dsar_recipient_edit", args=[BANK.code])
    assert "declared in the code" in dora.get(edit).content.decode()
    dora.post(edit, SAID | {"name": "Mine", "contract": "Folder 7"})
    found = RecipientRecord.objects.get(pk=BANK.code)
    assert (found.name, found.contract) == (BANK.name, "Folder 7")


def test_a_new_secret_is_shown_once_and_stored_nowhere(bureau, dora):
    dora.post(EDIT, SAID | {"channel": "webhook", "address": "https://bureau.example/hook"})
    assert dora.get(SECRET).status_code == 405
    answer = dora.post(SECRET)
    assert "no-store" in answer["Cache-Control"]
    secret = recipients.secret_of(RecipientRecord.objects.get(pk="bureau"))
    assert secret in answer.content.decode()
    assert secret not in dora.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        ("handler", 200, 403),
        ("reviewer", 200, 403),
        ("officer", 200, 200),
        ("auditor", 200, 403),
        ("carol", 403, 403),
    ],
)
def test_staff_read_and_only_the_officer_changes(bureau, at_desk, role, reads, acts):
    client = at_desk(role)
    assert client.get(LIST).status_code == reads
    assert client.get(PAGE).status_code == reads
    for address in (ENTER, EDIT):
        assert client.get(address).status_code == acts
        assert client.post(address, {}).status_code == acts
    assert client.post(SECRET).status_code == acts
    assert (EDIT in client.get(PAGE).content.decode()) == (acts == 200)


def test_an_unknown_recipient_is_not_there(cast, dora):
    assert dora.get(EDIT).status_code == 404
    assert dora.post(SECRET).status_code == 404
