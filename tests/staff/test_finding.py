"""Requests are found by the address of whoever asked: the whole one, unseen by address bar, index and ledger."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.claims import Said
from dsar.cases.intake import Asked
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Request
from dsar.cases.states import Right
from dsar.engine import finding, reception
from dsar.ledger import log
from tests import faces

FIND = reverse("admin:dsar_request_find")
GUEST = "Gale.Guest@Example.com"


@pytest.fixture
def guests(cast):
    """A deletion that was asked without log-in."""
    case = reception.file(
        subject=None,
        asked=[Asked(right=Right.DELETION)],
        actor=Actor(kind=ActorKind.REQUESTER),
        channel="portal",
        language="en",
        contact=GUEST,
        claim=Said(name="Gale Guest", address=GUEST),
    )
    return case.requests.get()


def _found(client, address):
    response = client.post(FIND, {"address": address})
    assert response.status_code == 200
    return {one["request"].pk for one in response.context["found"] or []}


def test_a_person_with_an_account_is_found_by_its_whole_address(cast, ask, dora):
    alices = {
        ask(cast.alice, "deletion").requests.get().pk,
        ask(cast.alice, "access").requests.get().pk,
    }
    ask(cast.bob, "deletion")
    assert _found(dora, f" {cast.alice.email.upper()} ") == alices


def test_who_asked_without_log_in_is_found_by_the_digest(cast, ask, guests, dora):
    ask(cast.alice, "deletion")
    assert _found(dora, GUEST.lower()) == {guests.pk}
    assert "Gale" not in str(Case.objects.filter(pk=guests.case_id).values())


@pytest.mark.parametrize(
    "part", ["alice", "alice@", "@example.com", "%", "alice@example.co_", "nobody@example.com"]
)
def test_a_part_or_another_address_finds_nothing(cast, ask, guests, dora, part):
    ask(cast.alice, "deletion")
    assert _found(dora, part) == set()
    assert "Nothing was asked" in dora.post(FIND, {"address": part}).content.decode()


def test_that_somebody_looked_is_recorded_with_each_and_without_the_address(cast, ask, dora):
    alices, bobs = (ask(one, "deletion").requests.get() for one in (cast.alice, cast.bob))
    _found(dora, cast.alice.email)
    entry = log.entries(alices.pk).latest("pk")
    assert entry.tag == "request.viewed"
    assert json.loads(entry.canonical)["detail"]["found_by"] == "address"
    assert cast.alice.email not in entry.canonical
    assert "request.viewed" not in [one.tag for one in log.entries(bobs.pk)]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("handler", True),
        ("reviewer", True),
        ("officer", True),
        ("root", True),
        ("auditor", False),
        ("owner", False),
    ],
)
def test_only_who_handles_requests_searches(cast, ask, at_desk, role, may):
    request = ask(cast.alice, "deletion").requests.get()
    client = at_desk(role)
    assert (client.get(FIND).status_code == 200) is may
    answer = client.post(FIND, {"address": cast.alice.email})
    assert (request.case.reference in answer.content.decode()) is may
    listing = client.get(reverse("admin:dsar_request_changelist"))
    assert (FIND in listing.content.decode()) is may
    actor = Actor(kind=ActorKind.STAFF, user=faces.member_of_staff(role, f"{role}2"))
    if not may:
        with pytest.raises(NotPermittedError):
            finding.by_address(cast.alice.email, actor=actor)


def test_an_address_that_stands_in_the_address_bar_is_not_read(cast, ask, dora):
    ask(cast.alice, "deletion")
    assert dora.get(FIND, {"address": cast.alice.email}).context["found"] is None


def test_the_search_costs_the_same_for_one_request_and_for_thirty(cast, ask, dora):
    first, counted = ask(cast.alice, "deletion").requests.get(), {}
    for number in (1, 30):
        Request.objects.bulk_create(
            Request(
                case_id=first.case_id,
                right=first.right,
                round=place + 2,
                statutory_due_at=first.due_at,
                due_at=first.due_at,
            )
            for place in range(number - 1)
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(_found(dora, cast.alice.email)) == number
        counted[number] = len(queries)
        assert not [one for one in queries if " LIKE " in one["sql"].upper()]
    assert counted[1] == counted[30]


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_search_has_no_barrier(dora, clean):
    clean(dora, FIND, says="The whole address")
