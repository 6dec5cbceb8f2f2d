"""What every address holds against other sites and against thieves of sessions, found by walking the URLs.

Frames, forged forms, redirects, fixation and enumeration, as OWASP's guides name them.
"""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from dsar.cases.models import Case
from dsar.registers.models import Consent
from tests import entering
from tests.portal import pages
from tests.subject import places
from tests.testapp.factories import PASSWORD

UNASKED = {"dsar_portal:unsubscribe"}
"""What a mail program sends to by itself (RFC 8058); its signed token stands in the place of ours."""
ELSEWHERE = ("https://evil.invalid/", "//evil.invalid/", "/\\evil.invalid/", "javascript:alert(1)")


@pytest.fixture
def own(cast):
    return places.belongings(cast.alice)


@pytest.fixture
def alice(cast):
    """Alice, who may log in: her address is verified."""
    EmailAddress.objects.update_or_create(
        user=cast.alice.user, email=cast.alice.email, defaults={"verified": True, "primary": True}
    )
    return cast.alice


def addresses(own):
    found = [one for one in places.of_people() if not one.is_call]
    assert len(found) > 40
    return [(one.name, one.filled(own.at(one) | {"right": "access"})) for one in found]


def test_no_page_is_shown_within_another_sites_page(cast, own):
    alice = entering.browsing(cast.alice)
    shown = [*addresses(own), *pages.accounts().items(), ("desk", reverse("admin:login"))]
    read = 0
    for name, address in shown:
        answer = alice.get(address)
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        if answer["Content-Type"].startswith("text/html") and answer.status_code == HTTPStatus.OK:
            policy = answer["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, name
            assert "form-action 'self'" in policy, name
            read += 1
    assert read > 30


def test_no_form_of_another_site_is_taken(cast, own):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = entering.browsing(cast.alice).cookies
    cases, consents = Case.objects.count(), Consent.objects.count()
    refused = set()
    for name, address in addresses(own):
        answer = strict.post(address, {"rights": "deletion", "to": "off"})
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED and name not in UNASKED:
            assert answer.status_code == HTTPStatus.FORBIDDEN, name
            refused.add(name)
    for name, address in pages.accounts().items():
        answer = strict.post(address, {"email": "x@example.com", "password": "x"})
        assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}, name
    assert len(refused) > 15
    assert (Case.objects.count(), Consent.objects.count()) == (cases, consents)


def test_no_call_rides_on_the_session_of_a_browser(cast, own):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = entering.browsing(cast.alice).cookies
    cases = Case.objects.count()
    asked = {"rights": [{"right": "deletion"}]}
    answer = strict.post("/api/v1/cases", asked, content_type="application/json")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert Case.objects.count() == cases


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_sent_to_another_site(alice, there):
    said = {"login": alice.email, "password": PASSWORD, "next": there}
    browser = Client()
    answer = browser.post(f"{reverse('account_login')}?next={there}", said)
    assert answer.status_code == HTTPStatus.FOUND
    assert re.match(r"/(privacy|accounts)/", answer["Location"])
    assert "evil" not in answer["Location"]
    for name in ("account_reauthenticate", "account_logout"):
        answer = browser.post(f"{reverse(name)}?next={there}", said)
        assert answer.status_code == HTTPStatus.FOUND, name
        assert "evil" not in answer["Location"], name
        assert re.match(r"/(privacy/|accounts/|$)", answer["Location"]), name


def test_a_session_that_was_planted_is_worth_nothing_after_the_log_in(alice):
    browser, thief = Client(), Client()
    browser.post("/i18n/setlang/", {"language": "en"})
    browser.get("/privacy/ask/")
    session = browser.session
    session["planted"] = True
    session.save()
    planted = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})
    assert browser.get("/privacy/requests/").status_code == HTTPStatus.OK
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/privacy/requests/").status_code == HTTPStatus.FOUND


def plain(answer, address):
    """What a page says, without the address that was typed and without random values."""
    text = answer.content.decode().replace(address, "ADDRESS")
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", text)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("account_login", {"login": "ADDRESS", "password": "wrong"}),
        ("account_reset_password", {"email": "ADDRESS"}),
        (
            "account_signup",
            {
                "email": "ADDRESS",
                "password1": "a-long-Canary-7421",
                "password2": "a-long-Canary-7421",
                "age": "adult",
                "read_policy": "on",
            },
        ),
    ],
)
def test_a_page_does_not_tell_who_has_an_account(cast, name, said):
    met = []
    for address in (cast.alice.email, "nobody.canary@example.com"):
        browser = Client()
        given = {key: value.replace("ADDRESS", address) for key, value in said.items()}
        answer = browser.post(reverse(name), given)
        after = (
            browser.get(answer["Location"]) if answer.status_code == HTTPStatus.FOUND else answer
        )
        met.append((answer.status_code, answer.headers.get("Location"), plain(after, address)))
    assert met[0] == met[1]
    if name != "account_login":
        assert len(mail.outbox) == 2
