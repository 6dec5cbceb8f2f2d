"""What is one person's does not exist for another: by any address, method, log-in, link or number (R15, R16)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client

from dsar.cases.complaint_models import Complaint
from dsar.cases.message_models import Message
from dsar.cases.models import Case, Request
from dsar.ledger.models import Entry
from dsar.registers.transfer_models import TransferNotice
from tests import entering, faces, transfers
from tests.subject import places
from tests.subject.places import METHODS
from tests.testapp.privacy import LENDING

SAID = {"text": "I am somebody else.", "about": "case", "statement": "No."}
_VARYING = re.compile(rb'value="[A-Za-z0-9]{64}"|/(privacy|api)/[\w/.-]+')


@pytest.fixture
def hers(cast):
    """What is Alice's, whom alone a new holder of data concerns."""
    made = transfers.confirmed(by=cast.carol.user, bound=False, purposes=[LENDING.code])
    TransferNotice.objects.exclude(subject_id=cast.alice.pk).delete()
    return replace(places.belongings(cast.alice), transfer=made.pk)


@pytest.fixture
def his(cast):
    return places.belongings(cast.bob)


def those(table):
    """The addresses that a table names."""
    return [one for one in places.of_people() if one.name in table]


def told(answer):
    """What an answer says, without what no two of them share."""
    streamed = answer.streaming and b"".join(answer.streaming_content)
    content = streamed or answer.content
    return answer.status_code, answer.headers.get("Location"), _VARYING.sub(b"", content)


def send(client, method, address, owner, **headers):
    given = {} if method in {"get", "head"} else {"data": SAID, "format": "json"}
    if not address.is_call:
        # A browser sends forms.
        given = {"data": SAID} if method == "post" else {}
    return getattr(client, method)(address.filled(owner.at(address)), headers=headers, **given)


def kept():
    """What a stranger's attempts must leave as it is."""
    return (
        [*Request.objects.order_by("pk").values_list("pk", "state", "outcome")],
        [*Case.objects.order_by("pk").values_list("pk", "verified_at", "reply_channel")],
        Message.objects.count(),
        Complaint.objects.count(),
        Entry.objects.count(),
    )


def test_every_address_that_takes_something_stands_in_these_tables():
    """Who adds an address says here whose its number is, and it is tried below."""
    taking = {one.name for one in places.of_people() if one.asks}
    assert taking == {
        *places.NAMES,
        *places.BY_LINK,
        *places.SENT_BY_LINK,
        *places.TOKENS,
        *places.NOBODYS,
    }
    assert all(one.asks for one in places.of_staff() if "<" in one.route)


def test_whose_it_is_finds_each(cast, hers):
    """What is refused to others below would be worth nothing were it refused to Alice as well."""
    page, call = entering.browsing(cast.alice), entering.calling(cast.alice.user)
    for one in those(places.NAMES):
        found = {
            send(call if one.is_call else page, method, one, hers).status_code
            for method in ("get", "options" if one.is_call else "post")
        }
        assert found & {200, 302}, (one.name, found)
        assert 404 not in found, (one.name, found)


@pytest.mark.parametrize("who", ["bob", "officer"])
def test_what_is_anothers_does_not_exist(who, cast, hers, his):
    """Neither for another customer nor, at a customer's addresses, for staff; nor behind one's own reference."""
    user = cast.bob.user if who == "bob" else faces.member_of_staff("officer")
    person = cast.bob if who == "bob" else None
    page, call = Client(), entering.calling(user)
    page = entering.browsing(person) if person else page
    page.force_login(user)
    behind = replace(hers, reference=his.reference)
    before = kept()
    for one in those(places.NAMES):
        client = call if one.is_call else page
        for method in METHODS:
            tries = [hers] if one.asks == ("reference",) else [hers, behind]
            answers = [told(send(client, method, one, guess)) for guess in tries]
            nothing = told(send(client, method, one, places.unknown()))
            assert answers == [nothing] * len(answers), (one.name, method)
            allowed = {404, 405} | ({200} if one.is_call and method == "options" else set())
            assert nothing[0] in allowed, (one.name, method, nothing)
    assert kept() == before


def test_whoever_is_not_logged_in_is_sent_to_log_in(hers):
    nobody, before = Client(), kept()
    for one in places.of_people():
        if one.name in places.ANYBODYS:
            continue
        for method in METHODS:
            status, location, _ = told(send(nobody, method, one, hers))
            if one.is_call:
                assert status == 401, (one.name, method)
            elif status != 405:
                assert status == 302, (one.name, method)
                assert location.startswith("/accounts/login/"), (one.name, method)
    assert kept() == before


def test_a_link_to_another_case_opens_nothing_of_this_one(cast, hers, his):
    theirs = Case.objects.select_related("key").get(reference=his.reference)
    bobs, nobody = entering.by_link(theirs), Client()
    for one in those(places.BY_LINK):
        if one.is_call:
            call, own = ("post", 415) if one.name == "dsar_api:answer_fee" else ("get", 200)
            assert send(bobs, call, one, hers).status_code == 400
            came, wrong = (
                entering.headers_of(theirs),
                {"X-Link-Token": hers.token, "X-Link-Code": "1"},
            )
            assert send(bobs, call, one, hers, **came).status_code == 404
            assert send(nobody, call, one, hers, **wrong).status_code == 404
            assert send(bobs, call, one, his, **entering.headers_of(theirs)).status_code == own
            continue
        for method in METHODS:
            for client in (bobs, nobody):
                answer = told(send(client, method, one, hers))
                assert answer == told(send(client, method, one, places.unknown()))
                assert answer[0] in {404, 405}, (one.name, method)
        # Nothing is to be paid for his.
        own = 302 if one.name == "dsar_portal:answer_fee" else 200
        assert send(bobs, "get", one, his).status_code == own


def test_a_link_to_another_case_sends_nothing_of_this_one(cast, hers, his):
    theirs = Case.objects.select_related("key").get(reference=his.reference)
    bobs, nobody, program = entering.by_link(theirs), Client(), entering.calling()
    for one in those(places.SENT_BY_LINK):
        if one.is_call:
            assert send(program, "post", one, hers).status_code == 400
            came = entering.headers_of(theirs)
            assert send(program, "post", one, hers, **came).status_code == 404
            own = send(program, "post", one, his, **entering.headers_of(theirs))
            assert own.status_code in {409, 422}, one.name
            continue
        for method in METHODS:
            for client in (bobs, nobody):
                answer = told(send(client, method, one, hers))
                assert answer == told(send(client, method, one, places.unknown()))
                assert answer[0] in {404, 405}, (one.name, method)
        assert send(bobs, "post", one, his).status_code == 302


def test_a_token_in_an_address_tells_nothing(hers):
    for one in those(places.TOKENS):
        for method in METHODS:
            good, bad = (
                told(send(Client(), method, one, whose)) for whose in (hers, places.unknown())
            )
            assert good == bad, (one.name, method)
            assert good[0] in {302, 404, 405}


def test_a_number_in_what_is_sent_is_ones_own_as_well(cast, hers, his):
    call = entering.calling(cast.bob.user)
    address = f"/api/v1/cases/{his.reference}/complaints"
    for guess in (hers.deletion, places.unknown().deletion):
        sent = call.post(address, {"text": "Hers.", "request": str(guess)}, format="json")
        assert sent.status_code == 404
    page = entering.browsing(cast.bob)
    form = {"text": "Hers.", "about": str(hers.deletion)}
    assert page.post(f"/privacy/requests/{his.reference}/complain/", form).status_code == 200
    assert not Complaint.objects.exists()


def test_the_desk_is_shut_for_customers_by_every_method(cast, hers):
    bob, nobody = entering.calling(cast.bob.user), entering.calling()
    given = {"reference": hers.reference, "pk": hers.request, "attachment": hers.attachment}
    before = kept()
    for one in places.of_staff():
        for method in METHODS:
            path = one.filled(given)
            assert getattr(bob, method)(path).status_code == 403, (one.name, method)
            assert getattr(nobody, method)(path).status_code == 401, (one.name, method)
    assert kept() == before
