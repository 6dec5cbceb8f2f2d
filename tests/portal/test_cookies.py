"""What a response leaves in a browser is declared, and the page on cookies lists it and deletes it (R171, R172)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dsar import conf
from dsar.contract.vocabulary import LegalBasis
from dsar.registers import cookies
from dsar.registers.cookies import Cookie, Place
from tests import faces, policies
from tests.testapp.factories import PASSWORD
from tests.testapp.privacy import NEWSLETTER

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "/privacy/cookies/"
DELETE = f"{PAGE}delete/"
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_SOMETHING = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "path": "1"}


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address of the site, with something in each place of it."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            path = _PLACE.sub(lambda found: _SOMETHING.get(found.group(1) or "", "1"), route)
            yield "/" + re.sub(r"[\^$\\]|\(\?:|\)\?|[()]|\\Z", "", path).lstrip("/")


def undeclared(client: Client) -> list[str]:
    """What the client was given that no declaration allows, by name or by life."""
    wrong = []
    for name, morsel in client.cookies.items():
        cookie = cookies.find(name)
        if cookie is None or cookie.place is not Place.COOKIE:
            wrong.append(name)
        elif morsel["max-age"] and (
            cookie.life is None or int(morsel["max-age"]) > cookie.life or morsel["domain"]
        ):
            wrong.append(f"{name}: {morsel.OutputString()}")
    return wrong


@pytest.fixture
def generous(settings):
    settings.DSAR = settings.DSAR | {
        "API_RATES": dict.fromkeys(conf.DEFAULTS["API_RATES"], "100000/min")
    }
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["nobody", "alice", pytest.param("root", marks=pytest.mark.slow)])
def test_every_address_sets_declared_cookies_only(who, cast, generous, settings):
    """Found by walking the URL configuration, so that a page that is added is looked at too."""
    people = {"nobody": None, "alice": cast.alice.user, "root": faces.member_of_staff("root")}
    client = Client(raise_request_exception=False)
    known = sorted(set(addresses(get_resolver())))
    assert len(known) > 150
    for start in ("/privacy/", "/accounts/", "/admin/dsar/", "/api/v1/"):
        assert sum(path.startswith(start) for path in known) > 5, start
    seen, answered = set(), 0
    for path in known:
        for send in (client.get, client.post):
            session = client.cookies.get(settings.SESSION_COOKIE_NAME)
            if people[who] and not (session and session.value):
                # The page before logged them out.
                client.force_login(people[who])
            answered += send(path).status_code == 200
            seen |= set(client.cookies)
            assert undeclared(client) == [], path
    assert answered > 15
    assert settings.CSRF_COOKIE_NAME in seen


def test_logging_in_choosing_a_language_and_switching_set_every_cookie_and_no_other(cast, settings):
    """The walk would be worth little if the pages that set something were not among what is looked at."""
    EmailAddress.objects.create(
        user=cast.alice.user, email=cast.alice.email, verified=True, primary=True
    )
    client, seen = Client(), set()
    for path, sent in (
        ("/i18n/setlang/", {"language": "en", "next": PAGE}),
        ("/accounts/login/", {"login": cast.alice.email, "password": PASSWORD, "remember": "on"}),
        (f"/privacy/choices/{NEWSLETTER.code}/", {"to": "on"}),
    ):
        assert client.post(path, sent).status_code == 302
        client.get(PAGE)
        seen |= set(client.cookies)
        assert undeclared(client) == []
    assert NEWSLETTER.basis == LegalBasis.CONSENT
    assert seen == {one.name for one in cookies.of_visitors() if one.place is Place.COOKIE}


def test_what_is_not_declared_would_be_found(cast):
    client = Client()
    client.cookies["tracker"] = "1"
    assert undeclared(client) == ["tracker"]
    client = Client()
    client.cookies["theme"] = "dark"
    assert undeclared(client) == ["theme"]


def test_the_page_lists_name_purpose_life_and_what_refusing_costs(transactional_db):
    text = Client().get(PAGE).content.decode()
    for cookie in cookies.declared():
        assert f"<code>{cookie.name}</code>" in text
        assert str(cookie.without) in text
    assert "At most 14 days" in text
    assert "At most until you close your browser" in text


def test_a_cookie_that_the_project_adds_is_listed(transactional_db, settings):
    added = Cookie(name="basket", purpose="Keeps your basket.", without="The basket is empty.")
    settings.DSAR = settings.DSAR | {"COOKIES": [added]}
    assert "Keeps your basket." in Client().get(PAGE).content.decode()


def test_policy_and_every_foot_lead_to_it(cast, transactional_db):
    policies.published(by=cast.alice.user, then=cast.bob.user, cookies="Only what is needed.")
    assert Client().get("/privacy/policy/").content.decode().count(f'href="{PAGE}"') == 2
    for path in ("/privacy/", "/accounts/login/", "/accounts/signup/"):
        assert f'href="{PAGE}"' in Client().get(path).content.decode()


def test_it_is_there_in_chinese(transactional_db):
    text = Client(headers={"accept-language": "zh-hans"}).get(PAGE).content.decode()
    assert "记住您在页面底部选择的语言。" in text
    assert "Remembers" not in text


def test_deleting_the_language_follows_the_browser_again(transactional_db, settings):
    client = Client(headers={"accept-language": "en"})
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": PAGE})
    assert '<html lang="zh-hans"' in client.get(PAGE).content.decode()
    answer = client.post(DELETE, {"name": settings.LANGUAGE_COOKIE_NAME}, follow=True)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == ""
    assert '<html lang="en"' in answer.content.decode()


def test_deleting_the_log_in_ends_it_for_whoever_else_has_its_number(alice, settings):
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = alice.cookies[settings.SESSION_COOKIE_NAME].value
    assert copy.get("/privacy/held/").status_code == 200
    alice.post(DELETE, {"name": settings.SESSION_COOKIE_NAME})
    assert alice.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert copy.get("/privacy/held/").status_code == 302


def test_deleting_all_leaves_nothing_and_brings_nothing_back(alice):
    alice.get(PAGE)
    alice.post("/i18n/setlang/", {"language": "en", "next": PAGE})
    assert {name for name, one in alice.cookies.items() if one.value}
    answer = alice.post(DELETE)
    assert {name for name, one in answer.cookies.items() if one.value} == set()
    assert {name for name, one in alice.cookies.items() if one.value} == set()
    assert answer["Clear-Site-Data"] == '"storage"'
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert alice.get("/privacy/held/").status_code == 302


@pytest.mark.parametrize("name", ["csrftoken", "messages", "nonsense", "theme"])
def test_only_what_can_be_deleted_alone_is(name, alice):
    assert alice.post(DELETE, {"name": name}).status_code == 404
    assert alice.get("/privacy/held/").status_code == 200


def test_a_look_deletes_nothing_and_another_site_neither(alice):
    assert alice.get(DELETE).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice.cookies
    assert strict.post(DELETE).status_code == 403
    assert alice.get("/privacy/held/").status_code == 200
