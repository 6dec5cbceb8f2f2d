"""Every page: only for whom it is, small, self-contained, of few statements, and silent about what is concealed."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dsar.cases.models import Case
from tests import entering
from tests.portal import pages
from tests.portal.pages import BY_LINK, PAGES

MOST_STATEMENTS = 10
MOST_OF_ACCOUNTS = 12
"""allauth asks twice whether there is a second factor, once for each kind."""
MOST_BYTES = 100_000
ASKED = {"ask_check": "access"}
"""What is asked for before the page is opened: deletion asks a question first, a copy does not."""


@pytest.fixture(autouse=True)
def _figures_are_published(settings):
    settings.DSAR = settings.DSAR | {"PUBLISH_FIGURES": True}


@pytest.fixture
def places(cast):
    return pages.fill(cast)


def test_every_address_is_in_these_tests():
    tables = (PAGES, BY_LINK, pages.LIKE_ANOTHER, pages.PARTS, pages.FILES, pages.FILES_BY_LINK)
    apart = [*(name for table in tables for name in table), *pages.ACTS, *pages.SENDING_ON]
    assert sorted(apart) == sorted(pages.named())


def assert_good(client, address, *, most=MOST_STATEMENTS):
    """A page that is opened a second time: what is done once a session is done by then."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, address
    assert len(answer.content) < MOST_BYTES, address
    assert len(asked) <= most, "\n".join(one["sql"][:150] for one in asked)
    text = answer.content.decode()
    assert not re.search(
        r"<script(?![^>]*(src=|type=.application/json))|<style|\sstyle=|\son[a-z]+=", text
    ), address
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text), address
    assert "script-src 'self'" in answer["Content-Security-Policy"], address
    return answer


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_small_of_few_statements_and_self_contained(name, places, alice):
    alice.post("/privacy/ask/", {"rights": [ASKED.get(name, "deletion")]})
    answer = assert_good(alice, pages.address(name, places))
    assert "no-store" in answer["Cache-Control"]


def test_so_is_each_that_a_mailed_link_and_code_open(places):
    case = Case.objects.select_related("key").get(reference=places["reference"])
    client = entering.by_link(case)
    for name in BY_LINK:
        answer = assert_good(client, pages.address(name, places))
        assert "no-store" in answer["Cache-Control"], name


def test_so_is_each_of_the_accounts(alice):
    shown = set()
    for client in (Client(), alice):
        for name, path in pages.accounts().items():
            if client.get(path).status_code == 200:
                assert_good(client, path, most=MOST_OF_ACCOUNTS)
                shown.add(name)
    assert shown == set(pages.accounts())
