"""The ways in to what is one's own: logged in at the pages, with a token at the API, by mailed link and code."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core import mail
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from dsar.cases import links, notices
from dsar.cases.models import Link

if TYPE_CHECKING:
    from dsar.cases.models import Case
    from tests.testapp.factories import Person

ANSWER = "/privacy/answer/"


def browsing(person: Person, *, ago: float = 0) -> Client:
    """Log somebody in, who gave the password `ago` seconds ago."""
    found = Client()
    user: Any = person.user
    found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = found.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() - ago, "email": person.email}
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return found


def calling(user: Any = None) -> APIClient:
    """A client that calls with a fresh token of this user; without one, nobody's."""
    found = APIClient()
    if user is not None:
        _, token = AuthToken.objects.create(user)
        found.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return found


def link_and_code(case: Case) -> tuple[str, str]:
    """The token of a mailed link to a case, and a code that was mailed for it."""
    token = links.make(case).rpartition("/")[2]
    mail.outbox.clear()
    assert notices.send_code(Link.objects.latest("pk").pk)
    (sent,) = mail.outbox
    words = str(sent.body).split()
    return token, next(word for word in words if word.isdigit() and len(word) == 8)


def headers_of(case: Case) -> dict[str, str]:
    """The headers by which a call shows a mailed link and a code for a case."""
    token, code = link_and_code(case)
    return {"X-Link-Token": token, "X-Link-Code": code}


def by_link(case: Case) -> Client:
    """A browser in which link and code have opened the case."""
    client = Client()
    token, code = link_and_code(case)
    client.get(f"{ANSWER}{token}/")
    assert client.post(ANSWER, {"code": code})["Location"] == ANSWER
    return client
