"""Before it is established who asks, no address of the project hands out, previews or hints at anything personal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from dsar import conf
from dsar.cases import links
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.models import Case, Letter
from dsar.cases.states import Right, State
from dsar.engine import execution, reception
from dsar.packages.models import Package

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
_ENDS_A_SESSION = ("logout", "log_out", "token_delete")


@pytest.fixture
def unproved(cast) -> Case:
    """Alice's wish for everything, filed by a log-in of yesterday."""
    rights = (Right.ACCESS, Right.PORTABILITY, Right.DELETION)
    case = reception.file(
        subject=cast.alice.user,
        asked=[Asked(right=right) for right in rights],
        actor=Actor(kind=ActorKind.REQUESTER, user=cast.alice.user),
        channel="api",
        language="en",
        contact=cast.alice.email,
        authenticated_at=timezone.now() - timedelta(days=1),
    )
    assert case.verified_at is None
    return case


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address of the project, with its places as they are written."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route


def filled(route: str, case: Case) -> Iterator[str]:
    """The address with every identifier of the case that a place could take."""
    request = case.requests.order_by("pk")[0]
    letter = Letter.objects.filter(case=case)[0]
    for key in (request.pk, case.pk, letter.pk) if _PLACE.search(route) else ("",):

        def fill(found: re.Match[str], key: Any = key) -> str:
            name = found.group(2) or found.group(3)
            return str(case.reference if name == "reference" else key)

        path = _PLACE.sub(fill, route)
        yield "/" + re.sub(r"[\^$\\]|\(\?:|\)\?|[()]|\\Z", "", path).lstrip("/")


def addresses(case: Case, *, desk: bool) -> list[str]:
    """Every address with ids of the case; the desk's, which know sessions only, where they are wanted."""
    routes = [one for one in patterns(get_resolver()) if desk or not one.startswith("admin/")]
    found = {path for route in routes for path in filled(route, case)}
    return sorted(path for path in found if not any(word in path for word in _ENDS_A_SESSION))


def bodies(client: Any, path: str, **headers: str) -> Iterator[bytes]:
    """What GET and an empty POST answer, streams included; what takes a request back is only looked at."""
    for method in (client.get,) if "withdraw" in path else (client.get, client.post):
        response = method(path, **headers)
        yield (b"".join(response.streaming_content) if response.streaming else response.content)


def nobody(_cast: Any, _case: Case) -> tuple[Any, dict[str, str]]:
    return Client(), {}


def old_token(cast: Any, _case: Case) -> tuple[Any, dict[str, str]]:
    token, key = AuthToken.objects.create(cast.alice.user)
    AuthToken.objects.filter(pk=token.pk).update(created=timezone.now() - timedelta(days=1))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client, {}


def old_session(cast: Any, _case: Case) -> tuple[Any, dict[str, str]]:
    client = Client()
    client.force_login(cast.alice.user)
    return client, {}


def mailed_link(_cast: Any, case: Case) -> tuple[Any, dict[str, str]]:
    link = links.make(case).rpartition("/")[2]
    return Client(), {"HTTP_X_LINK_TOKEN": link, "HTTP_X_LINK_CODE": "00000000"}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("caller", [nobody, old_token, old_session, mailed_link])
def test_no_address_tells_anything_before_identity_holds(cast, unproved, settings, caller):
    """Found by walking the URL configuration, so that an address that is added is looked at too."""
    settings.DSAR = settings.DSAR | {
        "API_RATES": dict.fromkeys(conf.DEFAULTS["API_RATES"], "100000/min")
    }
    known = addresses(unproved, desk=caller is old_session)
    assert len(known) > 60
    assert any("/package" in path for path in known)
    assert any("holdings" in path for path in known)
    client, headers = caller(cast, unproved)
    for path in known:
        for body in bodies(client, path, **headers):
            assert b"canary" not in body, path
    unproved.refresh_from_db()
    assert unproved.verified_at is None
    assert not Package.objects.exists()


def test_no_worker_carries_out_what_is_not_proved(unproved):
    for request in unproved.requests.all():
        assert request.state == State.AWAITING_VERIFICATION
        execution.run(request.pk)
        request.refresh_from_db()
        assert request.state == State.AWAITING_VERIFICATION
    assert not Package.objects.exists()


def test_the_walk_would_find_it(cast, alice):
    """The same look at a fresh log-in, for whom the canaries are there."""
    assert b"canary-alice" in alice.get("/api/v1/holdings").content
