"""The policy's pages: the version in force, older ones, what differs, and the banner before a change."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape

from dsar.cases.states import Right
from dsar.portal import words
from dsar.registers import policies
from dsar.registers.models import Consent
from dsar.registers.policy_models import PolicyNotice
from tests import policies as made

POLICY = "/privacy/policy/"
BANNER = "Our privacy policy changes in something important"


@pytest.fixture
def first(cast):
    return made.published(
        by=cast.alice.user, then=cast.bob.user, retention="We keep orders for five years."
    )


@pytest.fixture
def coming(cast, first):
    return made.published(
        by=cast.alice.user,
        then=cast.bob.user,
        days=20,
        significant=True,
        retention="We keep orders for seven years.",
    )


def _text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_version_the_page_says_so(cast):
    assert "No version is published here yet" in _text(Client(), POLICY)


def test_anybody_reads_the_version_in_force_with_its_day_at_the_top(first):
    text = _text(Client(), POLICY)
    assert f"Version {first.version}, in force since" in text
    assert "We keep orders for five years." in text
    assert text.count("Get a copy of my data") == 1
    for heading in ("Your rights", "Where you can complain", "Decisions made by machines"):
        assert heading in text


def test_each_right_has_its_way_in_on_the_page(first):
    """Every right of section 6, and each links to where it is asked for."""
    text = _text(Client(), POLICY)
    for wish in words.WISHES:
        assert f'<a href="/privacy/ask/">{escape(wish.title)}</a>' in text
    asked = {str(wish.right) for wish in words.WISHES}
    assert asked == {str(right) for right in Right}


def test_the_text_is_there_in_the_readers_language(first):
    with translation.override("zh-hans"):
        text = _text(Client(headers={"accept-language": "zh-hans"}), POLICY)
    assert "关于rights的说明。" in text
    assert "About rights" not in text


def test_older_and_coming_versions_are_read_and_drafts_are_not(cast, first, coming):
    draft = made.draft(by=cast.alice.user, days=40)
    assert "five years" in _text(Client(), POLICY)
    assert "It took effect on" in _text(Client(), f"{POLICY}{first.version}/")
    text = _text(Client(), f"{POLICY}{coming.version}/")
    assert "seven years" in text
    assert "It takes effect on" in text
    assert "We keep orders longer." in text
    assert coming.digest in text
    for address in (f"{draft.version}/", f"{draft.version}/changes/", "1999-1/"):
        assert Client().get(POLICY + address).status_code == 404
    assert draft.version not in _text(Client(), POLICY)


def test_what_differs_is_marked_for_eyes_and_ears_and_the_rest_left_out(first, coming):
    text = _text(Client(), f"{POLICY}{coming.version}/changes/")
    heard = text.replace('<span class="unseen">', "").replace("</span>", "")
    assert "<del>[removed: five ]</del><ins>[added: seven ]</ins>" in heard
    assert "About rights" not in text
    assert Client().get(f"{POLICY}{first.version}/changes/").status_code == 404


def test_a_banner_announces_a_significant_change_until_it_is_acknowledged(
    first, alice, bob, cast, coming
):
    for client in (Client(), alice, bob):
        assert BANNER in _text(client, "/privacy/")
    answer = alice.post(f"{POLICY}{coming.version}/seen/", follow=True)
    assert answer.status_code == 200
    assert BANNER not in _text(alice, "/privacy/")
    assert BANNER in _text(bob, "/privacy/")
    assert PolicyNotice.objects.get().subject_id == cast.alice.pk
    assert not Consent.objects.exists()


def test_a_small_change_has_no_banner(cast, first, alice):
    made.published(by=cast.alice.user, then=cast.bob.user, days=20)
    assert BANNER not in _text(alice, "/privacy/")


def test_a_change_in_force_is_pointed_at_until_it_was_seen(first, coming, cast, monkeypatch):
    later = coming.effective_at
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert policies.to_be_seen() is None
    assert policies.to_be_seen(cast.alice.pk) == coming
    policies.acknowledge(coming, person=cast.alice.pk)
    assert policies.to_be_seen(cast.alice.pk) is None
    assert policies.to_be_seen(cast.bob.pk) == coming


def test_nobody_unknown_acknowledges_and_a_look_is_not_enough(first, alice):
    address = f"{POLICY}{first.version}/seen/"
    assert alice.get(address).status_code == 405
    assert Client().post(address)["Location"].startswith("/accounts/login/")
    assert alice.post(f"{POLICY}1999-1/seen/").status_code == 404
    assert not PolicyNotice.objects.exists()


def test_the_text_is_never_markup(cast):
    made.published(by=cast.alice.user, then=cast.bob.user, rights="<script>alert(1)</script>")
    assert "<script>alert" not in _text(Client(), POLICY)
