"""The security log says who logged in, failed to, looked and searched, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import authenticate
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory

from accounts.models import SecurityEvent, User
from accounts.security_log import PageViewMiddleware
from tests.factories.accounts import UserFactory

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.test import Client

pytestmark = pytest.mark.django_db

PASSPHRASE = "a long fictional passphrase"
BROWSER: dict[str, Any] = {
    "HTTP_USER_AGENT": "Fiction/1.0",
    "HTTP_ACCEPT_LANGUAGE": "de",
    "REMOTE_ADDR": "192.0.2.7",
}


def request_of(user: User | None, path: str, **headers: Any) -> HttpRequest:
    request = RequestFactory().get(path, **BROWSER, **headers)
    if user is not None:
        request.user = user
    return request


def shown(request: HttpRequest, response: HttpResponse | None = None) -> None:
    PageViewMiddleware(lambda _: response or HttpResponse("<p>"))(request)


def test_logging_in_and_out_is_recorded(client: Client):
    alice = UserFactory()
    client.force_login(alice)
    client.logout()
    kinds = alice.events.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [SecurityEvent.Kind.LOG_IN, SecurityEvent.Kind.LOG_OUT]


def test_a_failed_log_in_is_recorded_at_the_account_it_aimed_at():
    alice = User.objects.create_user("alice@example.test", PASSPHRASE)
    request = RequestFactory().post("/", **BROWSER)
    assert authenticate(request, email="alice@example.test", password="wrong") is None
    events = SecurityEvent.objects.filter(kind=SecurityEvent.Kind.LOG_IN_FAILED)
    assert {event.user for event in events} == {alice}


def test_an_address_without_account_is_not_kept():
    request = RequestFactory().post("/", **BROWSER)
    assert authenticate(request, email="nobody@example.test", password="wrong") is None
    events = SecurityEvent.objects.all()
    assert events
    assert {event.user for event in events} == {None}
    assert not any("nobody" in event.detail for event in events)


def test_a_page_is_recorded_with_what_the_browser_says():
    alice = UserFactory()
    shown(request_of(alice, "/reports/7/"))
    event = alice.events.get()
    assert (event.kind, event.detail) == (SecurityEvent.Kind.PAGE, "/reports/7/")
    assert (event.ip, event.user_agent, event.language) == ("192.0.2.7", "Fiction/1.0", "de")


def test_a_search_is_recorded_with_its_words():
    alice = UserFactory()
    shown(request_of(alice, "/search/?q=tea%00%20%F0%9F%98%80"))
    event = alice.events.get()
    assert (event.kind, event.detail) == (SecurityEvent.Kind.SEARCH, "tea 😀")


def test_what_is_no_page_of_a_person_is_not_recorded():
    alice = UserFactory()
    shown(request_of(alice, "/api/"), JsonResponse({}))
    shown(request_of(alice, "/gone/"), HttpResponse("<p>", status=404))
    shown(request_of(alice, "/part/", HTTP_HX_REQUEST="true"))
    assert not SecurityEvent.objects.exists()


def test_a_browser_cannot_fill_the_log():
    alice = UserFactory()
    request = request_of(alice, "/")
    request.META["HTTP_USER_AGENT"] = "x" * 100_000
    request.META["HTTP_ACCEPT_LANGUAGE"] = "y" * 100_000
    shown(request)
    event = alice.events.get()
    assert (len(event.user_agent), len(event.language)) == (1_000, 100)
