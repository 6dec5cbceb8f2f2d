"""Asking without account on the pages: the same for everybody, confirmed by a button, limited but never shut."""

from __future__ import annotations

from functools import partial

import pytest
from django.core import mail
from django.test import Client

from dsar.cases import claims, confirmations
from dsar.cases.identity_models import Claim, Confirmation
from dsar.cases.models import Case
from dsar.contract.vocabulary import Channel
from dsar.registers import suppression
from tests import sending as made
from tests.alike import alike
from tests.testapp.factories import make_cast, make_open_loan

OPEN, CONFIRM = "/privacy/ask/open/", "/privacy/confirm/"
WHO = {"relation": "former_customer", "name": "Fay Fiction", "email": "fay@example.com"}
FOR_KIM = {"relation": "guardian", "for_name": "Kim Fiction", "for_email": "kim@example.com"}


def send(client, *, HTTP_ACCEPT_LANGUAGE="en", **said):  # noqa: N803 - a header's name.
    asked = {**WHO, "rights": ["access"], **said}
    return client.post(OPEN, asked, HTTP_ACCEPT_LANGUAGE=HTTP_ACCEPT_LANGUAGE)


def kept(case):
    said = claims.read(case)
    assert said is not None
    return said


@pytest.fixture
def nobody(transactional_db):
    return Client()


def test_what_is_said_is_kept_sealed_and_asked(nobody):
    answer = send(nobody, rights=["access", "restriction"], ground="claims", residence="DE")
    assert answer["Location"] == f"{OPEN}sent/"
    case = Case.objects.select_related("key").get()
    assert sorted(case.requests.values_list("right", flat=True)) == ["access", "restriction"]
    assert case.requests.get(right="restriction").scope == {"ground": "claims"}
    assert (case.channel, "EU" in case.regimes) == (Case.Channel.PORTAL, True)
    said = kept(case)
    assert (said.name, said.address) == (WHO["name"], WHO["email"])
    assert WHO["email"].encode() not in bytes(Claim.objects.get().said)


def test_known_and_unknown_addresses_meet_the_same_page(nobody):
    """The same statements, page, woken tasks and mail: for an account, for a guest with rows, and for nobody."""
    cast = make_cast()
    make_open_loan("F-1", WHO["name"], "guest@example.com", remarks="canary-fay")
    # Neither address ends in an address of the site, and the page is the same for both.
    status, headers, _ = alike(
        *[
            partial(send, Client(), email=address)
            for address in (cast.alice.email, "guest@example.com", WHO["email"])
        ]
    ).response
    assert (status, dict(headers)["Location"]) == (302, f"{OPEN}sent/")


def test_whoever_asks_for_another_says_for_whom(nobody):
    wrong = send(nobody, relation="guardian")
    assert {"for_name", "for_email"} <= set(wrong.context["form"].errors)
    send(nobody, **FOR_KIM, affirmed="on")
    said = kept(Case.objects.select_related("key").get())
    assert (said.subject_name, said.subject_address) == ("Kim Fiction", "kim@example.com")


def test_a_number_is_suppressed_with_the_objection_and_asked_for_with_nothing_else(nobody):
    """Filled in and then left behind it says nothing; what is no number is named (R122)."""
    send(nobody, number="60000009")
    assert not suppression.is_suppressed("60000009", channel=Channel.PHONE)
    wrong = send(nobody, rights=["objection"], number="no number")
    assert "number" in wrong.context["form"].errors
    assert send(nobody, rights=["objection"], number="60000009").status_code == 302
    assert suppression.is_suppressed("+65 6000 0009", channel=Channel.PHONE)


def test_a_company_is_asked_for_the_person_and_the_person_alone_is_asked_about(nobody):
    """Companies have no rights, the people who work for them have (R144)."""
    company = {"relation": "company", "name": "Fiction Pte. Ltd."}
    wrong = send(nobody, **company)
    assert "Only people have these rights" in wrong.content.decode()
    assert not Case.objects.exists()
    send(nobody, **FOR_KIM | company, affirmed="on")
    said = kept(Case.objects.select_related("key").get())
    assert (said.relation, said.subject_name) == ("company", "Kim Fiction")


def test_whoever_names_another_ticks_that_they_may_in_words_that_are_kept(nobody):
    wrong = send(nobody, **FOR_KIM)
    assert "Say that you may give us this person&#x27;s data." in wrong.content.decode()
    assert not Case.objects.exists()
    send(nobody, **FOR_KIM, affirmed="on", HTTP_ACCEPT_LANGUAGE="zh-hans")
    case = Case.objects.select_related("key").get()
    assert kept(case).affirmed == "我有权向你们提供我所代表之人的数据。"
    # Of one's own data nobody affirms anything.
    send(nobody, affirmed="on")
    assert kept(Case.objects.select_related("key").latest("created_at")).affirmed == ""


def test_a_limit_needs_its_reason(nobody):
    assert "ground" in send(nobody, rights=["restriction"]).context["form"].errors
    assert not Case.objects.exists()


def test_no_identity_number_is_asked_for(nobody):
    names = set(nobody.get(OPEN).context["form"].fields)
    assert not {
        name
        for name in names
        if any(word in name for word in ("nric", "passport", "birth", "upload"))
    }


def test_too_many_are_told_the_other_ways(nobody):
    for _ in range(10):
        assert send(nobody).status_code == 302
    answer = send(nobody)
    assert answer.status_code == 429
    assert "privacy@example.com" in answer.content.decode()


def test_looking_at_a_link_changes_nothing_and_pressing_works_once(nobody):
    send(nobody)
    case = Case.objects.select_related("key").get()
    token = confirmations.make(case, Confirmation.Kind.ADDRESS)
    scanner = Client()
    scanner.head(f"{CONFIRM}{token}/")
    scanner.get(f"{CONFIRM}{token}/", follow=True)
    assert Claim.objects.get().confirmed_at is None
    assert nobody.get(f"{CONFIRM}{token}/")["Location"] == CONFIRM
    assert nobody.post(CONFIRM).status_code == 200
    assert Claim.objects.get().confirmed_at is not None
    nobody.get(f"{CONFIRM}{token}/")
    assert nobody.post(CONFIRM).status_code == 404


def test_a_made_up_token_opens_nothing(nobody):
    nobody.get(f"{CONFIRM}made-up/")
    assert nobody.post(CONFIRM).status_code == 404
    assert Client().post(CONFIRM).status_code == 404
    assert mail.outbox == []


def test_without_account_one_says_too_where_the_copy_should_go(nobody):
    made.approved("https://import.other.example/", by=make_cast().carol.user)
    page = nobody.get(OPEN).content.decode()
    assert "Yes, to The Other (import.other.example)" in page
    assert send(nobody, rights=["portability"], send_to="nobody").status_code == 200
    assert not Case.objects.exists()
    send(nobody, rights=["portability", "access"], send_to="other")
    scopes = dict(Case.objects.get().requests.values_list("right", "scope"))
    assert scopes == {"portability": {"send_to": "other"}, "access": {}}
