"""Asking a question on the pages, with account and without: the same for everybody, and limited."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from dsar.cases import enquiries
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Case
from tests import faces
from tests.alike import footprint

QUESTION = "/privacy/question/"
SAID = {"kind": "disclosure_error", "text": "You forgot my canary."}


def send(client, **said):
    return client.post(QUESTION, SAID | said)


@pytest.fixture
def nobody(transactional_db):
    return Client()


def test_an_error_in_the_policy_is_reported_without_account(nobody):
    """The policy's page leads there, and what is wrong is chosen already."""
    page = nobody.get("/privacy/policy/").content.decode()
    assert f'href="{QUESTION}?about=disclosure_error"' in page
    form = nobody.get(f"{QUESTION}?about=disclosure_error").content.decode()
    assert 'value="disclosure_error" required' in form.replace("\n", " ")
    assert form.count("checked") == 1
    missing = send(nobody, text="").content.decode()
    assert "Write what you want to know or to tell us." in missing
    assert "Enter your e-mail address." in missing
    assert not Case.objects.exists()
    answer = send(nobody, email="fay@example.com")
    assert answer["Location"] == f"{QUESTION}sent/"
    enquiry = Enquiry.objects.select_related("case__key").get()
    assert (enquiry.kind, enquiries.read(enquiry)) == ("disclosure_error", SAID["text"])
    assert (enquiry.case.subject_id, enquiry.case.channel) == (None, "portal")


def test_known_and_unknown_addresses_meet_the_same_page(nobody, cast):
    """The same statements, page, wakes and mails for an account and for nobody, and neither is looked up (R16)."""
    known, unknown = (
        footprint(partial(send, Client(), email=one))
        for one in (cast.alice.email, "nobody@example.com")
    )
    assert known.response == unknown.response
    assert known.statements == unknown.statements
    assert known.woken == unknown.woken
    assert [task for task, *_ in known.woken] == ["dsar.mail_notice"]
    assert [subject for subject, _ in known.mails] == [subject for subject, _ in unknown.mails]
    assert not known.is_looked_up


def test_who_is_logged_in_gives_no_address_and_reads_the_answer_among_their_requests(
    alice, bob, cast
):
    assert 'name="email"' not in alice.get(QUESTION).content.decode()
    assert send(alice, kind="question").status_code == 302
    enquiry = Enquiry.objects.select_related("case__key").get()
    dora = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("handler", "dora"))
    enquiries.answer(enquiry, text="Here it is.", actor=dora)
    reference = enquiry.case.reference
    assert reference in alice.get("/privacy/requests/").content.decode()
    page = alice.get(f"/privacy/requests/{reference}/").content.decode()
    assert "Our answer to your question" in page
    letter = enquiry.case.letters.get(kind="enquiry_answer")
    address = f"/privacy/requests/{reference}/letters/{letter.pk}/"
    assert "Here it is." in alice.get(address).content.decode()
    assert bob.get(address).status_code == 404


def test_too_many_are_told_the_other_ways(nobody):
    for _ in range(10):
        assert send(nobody, email="fay@example.com").status_code == 302
    answer = send(nobody, email="fay@example.com")
    assert answer.status_code == 429
    assert Enquiry.objects.count() == 10
