"""Purposes at the desk: what each rests on and costs, who weighs it, and its start."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from accounts.purposes import SECURITY
from dsar.processing import permitted
from dsar.registers.models import Purpose
from dsar.registers.purpose_models import Assessment, Signature
from tests import policies

LIST = reverse("admin:dsar_purpose_changelist")
PAGE = f"{LIST}{SECURITY.code}/change/"
ASSESS = reverse("admin:dsar_purpose_assess", args=[SECURITY.code])
START = reverse("admin:dsar_purpose_start", args=[SECURITY.code])
SAID = {
    "benefit": "Accounts are not taken over.",
    "necessity": "Without a log nothing is seen.",
    "balance": "Kept for a year, seen by few.",
}


@pytest.fixture
def waits(cast):
    """Keeping accounts safe rests on an interest that nobody has weighed yet."""
    Purpose.objects.filter(pk=SECURITY.code).update(active_from=None)


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


def _assessed(client, **said):
    tomorrow = timezone.localdate() + timedelta(days=1)
    return client.post(ASSESS, SAID | {"review_on": tomorrow.isoformat()} | said, follow=True)


def _sign(client, office):
    address = reverse("admin:dsar_purpose_sign", args=[Assessment.objects.get().pk])
    return _told(client.post(address, {"office": office}, follow=True))


def test_the_list_says_what_waits(waits, dora):
    page = dora.get(f"{LIST}?active_from__isempty=1").content.decode()
    assert SECURITY.label in page
    assert "Waits" in page
    assert "marketing_email" not in page


def test_the_page_says_basis_rights_cost_and_recipients(cast, dora):
    page = dora.get(PAGE).content.decode()
    assert SECURITY.consequence in page
    assert SECURITY.interest in page
    assert "objection" in page
    assert "portability" not in page
    assert SECURITY.recipients[0].name in page


def _name(client):
    return get_user_model().objects.get(pk=client.session["_auth_user_id"]).get_username()


def test_three_sign_and_then_it_starts(waits, cast, dora, otto, at_desk):
    policy = policies.published(by=cast.alice.user, then=cast.bob.user)
    assert not permitted(cast.alice.user, SECURITY)
    assert "Three people sign it" in _told(_assessed(dora))
    page = dora.get(PAGE).content.decode()
    assert "An assessment with 3 signatures" in page
    assert "Let it be used" not in page
    assert "missing" in _told(dora.post(START, {"told_in": policy.version}, follow=True))
    assert "You have signed" in _sign(dora, Signature.Office.BUSINESS)
    assert "has signed already" in _sign(dora, Signature.Office.LEGAL)
    assert "has signed already" in _sign(otto, Signature.Office.BUSINESS)
    assert "Say in which office" in _sign(otto, "janitor")
    _sign(otto, Signature.Office.LEGAL)
    _sign(at_desk("officer", "olga"), Signature.Office.OFFICER)
    page = dora.get(PAGE).content.decode()
    assert "Let it be used" in page
    assert re.search(f"Signed: [^<]*, {re.escape(_name(dora))}, ", page)
    assert "Data may be used" in _told(dora.post(START, {"told_in": policy.version}, follow=True))
    assert permitted(cast.alice.user, SECURITY)
    assert Purpose.objects.get(pk=SECURITY.code).told_in == policy


def test_an_assessment_is_whole_and_looks_ahead(waits, dora):
    for wrong in ({"balance": ""}, {"review_on": timezone.localdate().isoformat()}):
        answer = _assessed(dora, **wrong)
        assert answer.context["form"].errors
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("role", ["handler", "auditor"])
def test_who_may_not_decide_or_approve_changes_nothing(waits, cast, role, at_desk, dora):
    policy = policies.published(by=cast.alice.user, then=cast.bob.user)
    _assessed(dora)
    client = at_desk(role)
    sign = reverse("admin:dsar_purpose_sign", args=[Assessment.objects.get().pk])
    for address in (ASSESS, START, sign):
        sent = {"told_in": policy.version, "office": "legal"} | SAID
        assert client.post(address, sent).status_code in {302, 403}
    assert Assessment.objects.count() == 1
    assert not Signature.objects.exists()
    assert Purpose.objects.get(pk=SECURITY.code).active_from is None


def test_a_look_changes_nothing_and_what_is_unknown_is_not_there(waits, cast, dora):
    _assessed(dora)
    sign = reverse("admin:dsar_purpose_sign", args=[Assessment.objects.get().pk])
    for address in (START, sign):
        assert dora.get(address).status_code == 405
    assert dora.post(START, {"told_in": "1999-1"}).status_code == 404
    assert dora.get(ASSESS.replace(SECURITY.code, "nothing")).status_code == 404
