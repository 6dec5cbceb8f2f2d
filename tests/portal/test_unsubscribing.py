"""A mail that nobody must get is stopped from the mail itself: signed, without log-in, by one POST (RFC 8058)."""

from __future__ import annotations

import pytest
from django.core import mail, signing
from django.test import Client

from dsar.cases import letters
from dsar.cases.models import Case
from dsar.contract.vocabulary import Channel
from dsar.processing import gate, optional_mail, unsubscribing
from dsar.registers import consents, objections, suppression
from dsar.registers.models import Suppression
from tests import entering, purposes
from tests.purposes import OFFERS
from tests.testapp.privacy import LENDING, NEWSLETTER

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
TEXT = "Read <b>this</b> & https://shop.example/news"


@pytest.fixture
def sent(cast, settings):
    """The newsletter as Alice, who agreed to it, finds it in her mailbox."""
    address = "https://shop.example/privacy/unsubscribe/{token}/"
    settings.DSAR = settings.DSAR | {"UNSUBSCRIBE_URL": address}
    for one in (cast.alice, cast.bob):
        consents.give(one.pk, NEWSLETTER, wording="Yes.")
    optional_mail(cast.alice.pk, NEWSLETTER, subject="News", text=TEXT, to=cast.alice.email).send()
    (found,) = mail.outbox
    return found


def path(message):
    first, _, _ = message.extra_headers["List-Unsubscribe"].partition(",")
    assert first.startswith("<https://shop.example/")
    return first.strip("<>").removeprefix("https://shop.example")


def test_the_mail_carries_both_headers_and_says_the_right_to_object_apart(sent, cast):
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ", <mailto:" in sent.extra_headers["List-Unsubscribe"]
    _, apart = sent.body.split("-" * 40)
    assert "You have the right to object" in apart
    assert path(sent) in apart
    assert "alice" not in path(sent)


def test_the_html_says_the_same_escaped_and_fetches_nothing(sent):
    (html,) = sent.alternatives
    assert html.mimetype == "text/html"
    assert "Read &lt;b&gt;this&lt;/b&gt; &amp; " in html.content
    assert html.content.count("<hr>") == 1
    assert "You have the right to object" in html.content.split("<hr>")[1]
    assert not any(one in html.content for one in (" src=", "<link", "<style", "<script", "url("))


def test_opening_the_address_changes_nothing_and_shows_the_buttons(sent, cast):
    shown = Client().get(path(sent))
    assert shown.status_code == 200
    assert 'value="these"' in shown.content.decode()
    assert 'value="all"' in shown.content.decode()
    assert Client().head(path(sent)).status_code == 200
    assert gate.permitted(cast.alice.pk, NEWSLETTER)
    assert not Case.objects.exists()


def test_one_post_without_cookie_or_log_in_stops_it_once(sent, cast):
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = program.post(path(sent), ONE_CLICK)
        assert answer.status_code == 200
        assert "Stopped" in answer.content.decode()
    assert not gate.permitted(cast.alice.pk, NEWSLETTER)
    assert gate.permitted(cast.bob.pk, NEWSLETTER)
    case = Case.objects.get()
    assert (case.requests.get().right, case.requests.get().outcome) == (
        "consent_withdrawal",
        "fulfilled",
    )
    assert case.subject_id == cast.alice.pk


def test_the_second_button_objects_to_all_advertising(sent, cast):
    Client().post(path(sent), {"stop": "all"})
    assert objections.is_open(cast.alice.user, None)
    assert not gate.permitted(cast.alice.pk, NEWSLETTER)
    assert gate.permitted(cast.alice.pk, LENDING)


def test_what_is_not_signed_by_us_or_for_another_use_is_no_address(sent, cast):
    good = unsubscribing.token(cast.bob.pk, NEWSLETTER.code)
    foreign = signing.dumps([str(cast.bob.pk), NEWSLETTER.code], salt="elsewhere")
    for bad in (good[:-1], good[1:], foreign, "x", unsubscribing.token(cast.bob.pk, "nothing")):
        for client in (Client(), entering.browsing(cast.alice)):
            assert client.get(f"/privacy/unsubscribe/{bad}/").status_code == 404
            assert client.post(f"/privacy/unsubscribe/{bad}/", ONE_CLICK).status_code == 404
    assert gate.permitted(cast.bob.pk, NEWSLETTER)


def test_it_opens_nothing_else_and_tells_nothing_of_whoever_is_gone(sent, cast):
    client = Client()
    client.post(path(sent), ONE_CLICK)
    assert client.get("/privacy/held/").status_code == 302
    gone = unsubscribing.token(10**9, NEWSLETTER.code)
    assert client.post(f"/privacy/unsubscribe/{gone}/", ONE_CLICK).status_code == 200


def test_without_an_address_the_mail_can_still_be_answered(cast, settings):
    settings.DSAR = settings.DSAR | {"UNSUBSCRIBE_URL": ""}
    made = optional_mail(cast.alice.pk, NEWSLETTER, subject="News", text="x", to="a@example.com")
    assert set(made.extra_headers) == {"List-Unsubscribe"}
    assert made.extra_headers["List-Unsubscribe"].startswith("<mailto:")
    assert "You have the right to object" in made.body


def test_mail_and_page_name_the_channel_before_and_after(sent, cast):
    assert "To stop these e-mails only, or all advertising by e-mail, telephone" in sent.body
    before = Client().get(path(sent)).content.decode()
    assert "Stop e-mail only" in before
    assert "Stop everything" in before
    assert "by e-mail, telephone and text message" in before
    assert "This is about e-mail only." in Client().post(path(sent), ONE_CLICK).content.decode()
    everything = Client().post(path(sent), {"stop": "all"}).content.decode()
    assert "no longer send you advertising by e-mail, telephone or text message" in everything
    assert "only" not in everything


@pytest.fixture
def offers(cast, settings):
    """An address in a mail about offers that Alice agreed to get by mail and by telephone."""
    settings.DSAR = settings.DSAR | {"SUPPRESSION_KEY": "a fictional key"}
    with purposes.declared(NEWSLETTER, LENDING, OFFERS):
        consents.give(cast.alice.pk, OFFERS, wording="Yes, write and call.")
        yield f"/privacy/unsubscribe/{unsubscribing.token(cast.alice.pk, OFFERS.code)}/"


def test_what_is_pressed_in_a_mail_stops_e_mail_and_no_call(offers, cast):
    assert "Calls and text messages do not change." in Client().get(offers).content.decode()
    Client().post(offers, ONE_CLICK)
    shown = Client().post(offers, ONE_CLICK).content.decode()
    assert "We no longer send you advertising by e-mail." in shown
    assert not gate.permitted(cast.alice.pk, OFFERS)
    assert gate.permitted(cast.alice.pk, OFFERS, channel=Channel.PHONE)
    assert suppression.is_suppressed(cast.alice.email)
    assert not Suppression.objects.filter(channel=Channel.PHONE).exists()
    request = Case.objects.get().requests.get()
    assert request.scope["channels"] == ["email"]
    said = letters.read(request.letters.get(kind="answer"))
    assert "Advertising stops by e-mail only." in said["purposes"][-1]


def test_everything_stops_calls_as_well(offers, cast):
    Client().post(offers, ONE_CLICK)
    Client().post(offers, {"stop": "all"})
    for channel in Channel:
        assert not gate.permitted(cast.alice.pk, OFFERS, channel=channel)
    request = Case.objects.latest("created_at").requests.get()
    said = letters.read(request.letters.get(kind="answer"))
    assert said["purposes"][-1].startswith("Advertising stops in every way")
