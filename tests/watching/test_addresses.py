"""Neither an address nor an error page names anybody (R190)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.views import defaults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client, RequestFactory

NAMED = "ada.example@mail.example.test"
OF_A_PERSON = re.compile(r"e?-?mail|name|phone|person|subject", re.IGNORECASE)
NOT_OF_A_PERSON = {
    ("name", "admin/dsar/request/<uuid:pk>/act/<str:name>/"): "What staff do, of a fixed list.",
    ("name", "admin/dsar/request/bulk/<str:name>/"): "As above.",
    ("name", "admin/dsar/incident/<int:pk>/act/<slug:name>/"): "As above.",
    ("name", "admin/datamap/<str:name>"): "The name of a file, of a fixed list.",
}


def _parameters(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every parameter of every address of the site, with the address."""
    for one in patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _parameters(one.url_patterns, address)
        elif isinstance(one, URLPattern):
            for found in re.findall(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>", address):
                yield "".join(found), address


def test_no_address_of_ours_has_a_place_for_a_name() -> None:
    """References, numbers, keys: nothing that says who somebody is."""
    found = set(_parameters(get_resolver().url_patterns))
    assert ("reference", "api/v1/cases/<str:reference>") in found
    named = {(name, address) for name, address in found if OF_A_PERSON.search(name)}
    assert named == set(NOT_OF_A_PERSON)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/nowhere/{NAMED}", f"/api/v1/nowhere/{NAMED}"])
def test_a_page_that_is_not_there_repeats_nothing(client: Client, path: str) -> None:
    answer = client.get(path, {"email": NAMED})
    assert answer.status_code == 404
    assert NAMED not in answer.content.decode()


def test_an_error_page_tells_nothing_of_the_error(rf: RequestFactory) -> None:
    """What Django answers when a view raises, whatever the error says."""
    request = rf.post(f"/cases/{NAMED}", {"email": NAMED})
    answers = [
        defaults.server_error(request),
        defaults.bad_request(request, ValueError(NAMED)),
        defaults.permission_denied(request, PermissionError(NAMED)),
    ]
    assert [one.status_code for one in answers] == [500, 400, 403]
    for one in answers:
        assert NAMED not in one.content.decode()
