"""Global Privacy Control is honoured: recorded for whoever is logged in, respected and said for everybody (R126)."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from dsar.cases.models import Request
from dsar.ledger.models import Entry
from dsar.processing import gate, joining, signals
from dsar.registers import consents, objections
from dsar.registers.models import Consent, Objection
from tests import faces
from tests.testapp.privacy import NEWSLETTER

CHOICES = "/privacy/choices/"
SAID = "Your browser asks us not to sell or share your data (Global Privacy Control)."
RECORDED = "We treat it as your objection to all advertising"
ON = {"Sec-GPC": "1"}


def test_the_signal_stops_all_advertising_and_is_recorded_once(alice, bob, cast):
    for person in (cast.alice, cast.bob):
        consents.give(person.pk, NEWSLETTER, wording="Yes.")
    assert gate.permitted(cast.alice.pk, NEWSLETTER)
    page = alice.get(CHOICES, headers=ON).content.decode()
    assert RECORDED in page
    assert "but paused, because you objected" in page
    alice.get("/privacy/", headers=ON)
    objection = Objection.objects.get()
    assert (objection.subject_id, objection.purpose_id) == (cast.alice.pk, None)
    assert objection.signal == "gpc"
    (entry,) = Entry.objects.filter(tag="objection.raised")
    assert json.loads(entry.canonical)["detail"]["signal"] == "gpc"
    assert not gate.permitted(cast.alice.pk, NEWSLETTER)
    assert gate.permitted(cast.bob.pk, NEWSLETTER)


def test_the_signal_deletes_nothing_and_opens_no_case(alice, cast):
    consents.give(cast.alice.pk, NEWSLETTER, wording="Yes.")
    alice.get(CHOICES, headers=ON)
    assert Consent.objects.get().withdrawn_at is None
    assert not Request.objects.exists()
    assert alice.get("/privacy/held/", headers=ON).status_code == 200


def test_what_is_turned_on_afterwards_counts_though_the_signal_goes_on(alice, cast, browsing):
    alice.get(CHOICES, headers=ON)
    alice.post(f"{CHOICES}{NEWSLETTER.code}/", {"to": "on"}, headers=ON)
    again = browsing(cast.alice)
    again.get(CHOICES, headers=ON)
    assert gate.permitted(cast.alice.pk, NEWSLETTER)
    assert Objection.objects.count() == 1


def test_an_objection_that_stands_is_not_raised_again(alice, cast):
    objections.object_to_marketing(cast.alice.pk)
    alice.get(CHOICES, headers=ON)
    assert Objection.objects.get().signal == ""


@pytest.mark.parametrize("value", ["0", "", "true", "11", "1;q=1"])
def test_any_other_value_is_no_signal(alice, value):
    page = alice.get(CHOICES, headers={"Sec-GPC": value}).content.decode()
    assert SAID not in page
    assert RECORDED not in page
    assert not Objection.objects.exists()


def test_of_several_values_one_suffices(alice):
    alice.get(CHOICES, headers={"Sec-GPC": "0, 1"})
    assert Objection.objects.exists()


def test_visitors_are_told_and_nothing_is_kept_of_them(transactional_db):
    client = Client()
    answer = client.get("/privacy/", headers=ON)
    assert SAID in answer.content.decode()
    assert SAID not in client.get("/privacy/").content.decode()
    assert "Sec-GPC" in answer["Vary"]
    assert not Objection.objects.exists()
    assert "sessionid" not in client.cookies


def test_a_box_ticked_at_sign_up_is_the_later_will(cast):
    signal = signals.sent(ON)
    joining.join(
        cast.carol.user,
        agreed={NEWSLETTER.code: "Send me news."},
        policy_version="",
        language="en",
        signal=signal,
    )
    joining.join(cast.bob.user, agreed={}, policy_version="", language="en", signal=signal)
    assert Objection.objects.filter(signal="gpc").count() == 2
    assert gate.permitted(cast.carol.pk, NEWSLETTER)
    assert not gate.permitted(cast.bob.pk, NEWSLETTER)


def test_support_is_announced_where_the_specification_looks_for_it(transactional_db):
    answer = Client().get("/.well-known/gpc.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    said = answer.json()
    assert said["gpc"] is True
    assert date.fromisoformat(said["lastUpdate"]) <= timezone.localdate()


def test_receipts_are_listed_and_fetched_by_nobody_else(alice, bob, cast):
    alice.post(f"{CHOICES}{NEWSLETTER.code}/", {"to": "on"})
    (event,) = consents.events(cast.alice.pk)
    page = alice.get(CHOICES).content.decode()
    address = f"{CHOICES}receipts/{event.pk}/"
    assert f'href="{address}"' in page
    answer = alice.get(address)
    assert answer.json() == event.receipt
    assert answer["Content-Disposition"].startswith("attachment")
    assert bob.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert str(event.pk) not in bob.get(CHOICES).content.decode()


def test_staff_pages_work_with_the_signal_on(cast):
    client = Client()
    client.force_login(faces.member_of_staff("officer"))
    assert client.get("/admin/", headers=ON).status_code == 200
