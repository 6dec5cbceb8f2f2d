"""Consents as switches, and all advertising stopped with one click."""

from __future__ import annotations

from dsar.cases.models import Request
from dsar.processing import gate
from dsar.registers import consents
from dsar.registers.models import Consent

CHOICES = "/privacy/choices/"


def test_a_switch_gives_and_takes_consent_at_once(alice, cast):
    assert not gate.permitted(cast.alice.pk, "test_newsletter")
    alice.post(f"{CHOICES}test_newsletter/", {"to": "on"})
    assert gate.permitted(cast.alice.pk, "test_newsletter")
    given = Consent.objects.get(subject_id=cast.alice.pk, purpose_id="test_newsletter")
    assert given.wording
    assert given.method == "portal"
    alice.post(f"{CHOICES}test_newsletter/", {"to": "off"})
    assert not gate.permitted(cast.alice.pk, "test_newsletter")
    assert Request.objects.get().right == "consent_withdrawal"


def test_a_look_changes_nothing(alice, cast):
    consents.give(cast.alice.pk, "test_newsletter", wording="yes")
    assert alice.get(f"{CHOICES}test_newsletter/").status_code == 405
    assert alice.get(f"{CHOICES}marketing/").status_code == 405
    assert gate.permitted(cast.alice.pk, "test_newsletter")


def test_advertising_stops_for_alice_and_not_for_bob(alice, cast):
    for person in (cast.alice, cast.bob):
        consents.give(person.pk, "test_newsletter", wording="yes")
    alice.post(f"{CHOICES}marketing/")
    assert not gate.permitted(cast.alice.pk, "test_newsletter")
    assert gate.permitted(cast.bob.pk, "test_newsletter")


def test_only_what_rests_on_consent_has_a_switch(alice):
    assert alice.post(f"{CHOICES}test_lending/", {"to": "on"}).status_code == 404
    assert alice.post(f"{CHOICES}nonsense/", {"to": "on"}).status_code == 404
