"""Opening an account: eighteen or older, nothing agreed to beforehand, the policy's version kept (R105, R138, R169)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.purposes import ACCOUNT_MANAGEMENT, MARKETING_EMAIL
from dsar.ledger.models import Entry
from dsar.processing import joining, permitted
from dsar.registers import consents
from dsar.registers.models import Consent
from dsar.registers.policy_models import PolicyNotice
from orders import search
from orders.models import Order
from orders.purposes import ORDER_FULFILMENT
from tests import policies
from tests.factories.accounts import UserFactory
from tests.factories.orders import OrderFactory, ProductFactory

pytestmark = pytest.mark.django_db

PAGE = "/accounts/signup/"
EMAIL = "nora@example.test"
PASSWORD = "a long fictional passphrase"
AGREED = f"agree_{MARKETING_EMAIL.code}"


@pytest.fixture(autouse=True)
def _unhurried(settings):
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def version():
    return policies.published(by=UserFactory(), then=UserFactory()).version


def answers(version: str = "", **said: str) -> dict[str, str]:
    """What somebody types who is of age, read the policy and agrees to nothing."""
    typed = {"age": "adult", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    return typed | {"policy": "on", "policy_version": version} | said


def join(version: str, **said: str) -> Any:
    return Client().post(PAGE, answers(version, **said))


def test_nothing_on_the_page_is_ticked_beforehand(version):
    page = Client().get(PAGE).content.decode()
    assert page.count('type="checkbox"') == len(joining.questions()) + 1
    assert page.count('type="radio"') == 2
    assert not re.search(r"<input[^>]*\schecked", page)
    for question in joining.questions():
        assert question.wording in page
        assert question.consequence in page


def test_an_account_is_opened_and_everything_works_with_all_that_is_optional_off(version):
    """Logging in and ordering rest on the contract, not on a consent (policy 1.1(2))."""
    assert join(version)["Location"] == "/accounts/confirm-email/"
    nora = User.objects.get(email=EMAIL)
    assert not Consent.objects.filter(subject=nora).exists()
    assert not permitted(nora, MARKETING_EMAIL)
    assert permitted(nora, ACCOUNT_MANAGEMENT)
    assert permitted(nora, ORDER_FULFILMENT)
    client = Client()
    (link,) = re.findall(r"http://testserver(/\S+/confirm-email/\S+)", str(mail.outbox[0].body))
    assert client.post(link).status_code == 302
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert client.get("/privacy/held/").status_code == 200
    product = ProductFactory()
    assert search.find(product.name, person=nora) == [product]
    OrderFactory(customer=nora)
    assert Order.objects.filter(customer=nora).count() == 1


def test_each_consent_is_kept_with_its_wording_version_language_and_time(version):
    before = timezone.now()
    join(version, **{AGREED: "on"})
    nora = User.objects.get(email=EMAIL)
    consent = Consent.objects.get(subject=nora)
    assert consent.purpose_id == MARKETING_EMAIL.code
    assert consent.wording == MARKETING_EMAIL.label
    assert (consent.policy_version, consent.method) == (version, "sign_up")
    assert consent.language == "en"
    assert consent.given_at >= before
    assert permitted(nora, MARKETING_EMAIL)
    assert Entry.objects.filter(tag="consent.given").count() == 1


def test_the_wording_that_is_kept_is_the_one_that_was_read(version):
    client = Client(headers={"accept-language": "zh-hans"})
    page = client.get(PAGE).content.decode()
    client.post(PAGE, answers(version, **{AGREED: "on"}))
    consent = Consent.objects.get()
    assert consent.language == "zh-hans"
    assert consent.wording in page
    assert consent.wording != MARKETING_EMAIL.label


def test_that_the_policy_was_read_is_kept_with_version_and_time_and_agrees_to_nothing(version):
    before = timezone.now()
    join(version)
    notice = PolicyNotice.objects.get(subject=User.objects.get(email=EMAIL))
    assert notice.policy.version == version
    assert notice.acknowledged_at
    assert notice.acknowledged_at >= before
    assert not Consent.objects.exists()


def test_without_reading_the_policy_there_is_no_account(version):
    typed = answers(version)
    del typed["policy"]
    page = Client().post(PAGE, typed).content.decode()
    assert "Read the privacy policy first." in page
    assert not User.objects.filter(email=EMAIL).exists()


def test_who_read_a_version_that_was_replaced_reads_the_new_one(version):
    newer = policies.published(by=UserFactory(), then=UserFactory(), rights="More.").version
    page = join(version).content.decode()
    assert "The privacy policy has changed meanwhile." in page
    assert f"/privacy/policy/{newer}/" in page
    assert not re.search(r'name="policy"[^>]*checked', page)
    assert not User.objects.filter(email=EMAIL).exists()
    join(newer)
    assert PolicyNotice.objects.get(policy__version=newer).subject_id is not None


def test_where_no_policy_is_published_none_is_asked_for():
    typed = answers()
    del typed["policy"]
    assert Client().post(PAGE, typed).status_code == 302
    assert not PolicyNotice.objects.exists()


@pytest.mark.parametrize("age", ["minor", "", "17"])
def test_nobody_under_18_opens_an_account_and_nothing_of_theirs_is_kept(version, age):
    page = join(version, age=age, **{AGREED: "on"}).content.decode()
    assert not User.objects.filter(email=EMAIL).exists()
    assert not Consent.objects.exists()
    assert mail.outbox == []
    assert 'href="/privacy/ask/open/"' in page
    said = "We open no account for anybody under 18." in page
    assert said == (age == "minor")


def test_that_somebody_said_they_are_of_age_is_kept(version):
    before = timezone.now()
    join(version)
    assert User.objects.get(email=EMAIL).of_age_declared_at >= before


def test_signing_up_on_a_known_address_changes_nothing_of_its_account(version):
    nora = UserFactory(email=EMAIL)
    answer = join(version, **{AGREED: "on"})
    assert answer["Location"] == "/accounts/confirm-email/"
    nora.refresh_from_db()
    assert nora.of_age_declared_at is None
    assert not Consent.objects.exists()
    assert not PolicyNotice.objects.exists()


def test_account_and_consent_are_kept_together_or_not_at_all(version, monkeypatch):
    def fails(*_args: Any, **_facts: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(consents, "give", fails)
    with pytest.raises(ConnectionError):
        join(version, **{AGREED: "on"})
    assert not User.objects.filter(email=EMAIL).exists()
    assert not PolicyNotice.objects.exists()


def test_the_right_to_object_stands_apart(version):
    page = Client().get(PAGE).content.decode()
    (block,) = re.findall(r'<section class="objection".*?</section>', page, re.DOTALL)
    assert "You may object to advertising at any time" in block
    assert "policy" not in block
