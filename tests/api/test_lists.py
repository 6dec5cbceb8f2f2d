"""Lists cost as many queries for thirty rows as for three, and page without counting."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dsar.cases.models import Case


@pytest.mark.parametrize(
    ("who", "address"),
    [("alice", "/api/v1/cases?page_size=50"), ("dora", "/api/v1/staff/requests?page_size=50")],
)
def test_a_list_costs_the_same_for_three_and_for_thirty(alice, dora, file, who, address):
    caller = {"alice": alice, "dora": dora}[who]
    counted = {}
    for number in (3, 30):
        while Case.objects.count() < number:
            file(alice, {"right": "objection", "scope": {"objection": "marketing"}})
        with CaptureQueriesContext(connection) as queries:
            assert len(caller.get(address).json()["results"]) == number
        counted[number] = len(queries)
        assert not any(
            "COUNT(*)" in one["sql"] and "LIMIT" not in one["sql"] and "GROUP" not in one["sql"]
            for one in queries
        )
    assert counted[3] == counted[30]


@pytest.mark.parametrize(
    ("query", "rights"),
    [
        ("", [["deletion"], ["access"]]),
        ("right=access", [["access"]]),
        ("state=in_review", [["deletion"]]),
        ("right=access&state=in_review", []),
    ],
)
def test_ones_cases_are_narrowed_by_right_and_state(alice, bob, file, query, rights):
    file(alice, "access")
    file(alice, "deletion")
    file(bob, "portability")
    found = alice.get(f"/api/v1/cases?{query}").json()["results"]
    assert [[request["right"] for request in case["requests"]] for case in found] == rights


def test_pages_of_cases_neither_skip_nor_repeat(alice, file):
    filed = [file(alice, "access")["reference"] for _ in range(5)]
    seen, address = [], "/api/v1/cases?page_size=2"
    while address:
        page = alice.get(address).json()
        seen += [one["reference"] for one in page["results"]]
        address = page["next"]
    assert seen == filed[::-1]
