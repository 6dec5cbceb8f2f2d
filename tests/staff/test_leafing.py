"""Lists are leafed through from row to row: nothing is skipped over, counted to the end, missed or shown twice."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain, pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases.models import Request
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.staff import leafing
from dsar.staff.reading import ReadingAdmin

LISTING = reverse("admin:dsar_request_changelist")
LEDGER = reverse("admin:dsar_entry_changelist")


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    """Five rows a page."""
    monkeypatch.setattr(ReadingAdmin, "list_per_page", 5)


def _page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.context["cl"]


def _walked(client, address, *, on):
    """Every page from an address on, by the links that stand on it."""
    pages = []
    while address:
        text = client.get(address).content.decode()
        found = _page(client, address)
        link = getattr(found, on)
        assert (f'href="{link.replace("&", "&amp;")}"' in text) is bool(link)
        pages.append([one.pk for one in found.result_list])
        address = link and LISTING + link
    return pages


def test_a_list_is_walked_to_its_end_and_back_with_filter_and_order_kept(dora, crowd, ask, cast):
    crowd(12)
    other = ask(cast.alice, "access").requests.get()
    # Four of one day each: the key alone says which comes first.
    day = timezone.now()
    for place, one in enumerate(Request.objects.order_by("pk")):
        one.due_at = day + timedelta(days=place // 4)
        one.save(update_fields=["due_at"])
    rows = Request.objects.exclude(pk=other.pk)
    for query, order in (
        ("?right__exact=deletion", ("due_at", "id")),
        ("?o=-4&right__exact=deletion", ("-due_at", "id")),
    ):
        wanted = list(rows.order_by(*order).values_list("pk", flat=True))
        there = _walked(dora, LISTING + query, on="next_url")
        assert [len(one) for one in there] == [5, 5, 2]
        assert list(chain.from_iterable(there)) == wanted
        last = _page(dora, LISTING + query)
        for _ in there[1:]:
            last = _page(dora, LISTING + last.next_url)
        assert not last.next_url
        assert _page(dora, LISTING + last.first_url).earlier_url == ""
        back = _walked(dora, LISTING + last.earlier_url, on="earlier_url")
        assert back == [there[1], there[0]]


def test_what_arrives_or_leaves_meanwhile_moves_no_other_row_across_a_page(dora, crowd):
    crowd(7)
    first = _page(dora, LISTING)
    shown = {one.pk for one in first.result_list}
    _, soon, *_ = first.result_list
    Request.objects.filter(pk=soon.pk).update(due_at=timezone.now() + timedelta(days=4000))
    second = [one.pk for one in _page(dora, LISTING + first.next_url).result_list]
    assert second[-1] == soon.pk
    assert not shown & set(second[:-1])
    assert len(second) == 3


def test_it_is_said_how_many_there_are_and_where_counting_stopped(dora, crowd, monkeypatch):
    crowd(5)
    assert _page(dora, LISTING).said == "5 requests"
    crowd(7)
    assert _page(dora, LISTING).said == "5 of 7 requests"
    monkeypatch.setattr(leafing, "MOST_COUNTED", 6)
    page = dora.get(LISTING)
    assert "5 of more than 6 requests" in page.content.decode()
    second = _page(dora, LISTING + page.context["cl"].next_url)
    assert second.said == "2 of more than 6 requests"
    narrowed = _page(dora, f"{LISTING}?right__exact=deletion")
    assert narrowed.said == "5 requests here, and others on other pages"


def test_no_page_counts_to_the_end_or_reads_rows_to_skip_them(dora, crowd):
    crowd(18)
    address, seen = LISTING, []
    while address:
        with CaptureQueriesContext(connection) as queries:
            found = _page(dora, address)
        texts = [one["sql"] for one in queries]
        assert not [one for one in texts if re.search(r"\bOFFSET\b", one)]
        counts = [one for one in texts if "COUNT(" in one]
        assert len(counts) == 1
        assert "LIMIT 1001)" in counts[0]
        seen.append(len(texts))
        address = found.next_url and LISTING + found.next_url
    assert len(seen) == 4
    assert len(set(seen)) == 1, seen


def test_a_place_that_nobody_was_given_for_this_order_is_the_beginning(dora, crowd):
    crowd(7)
    link = _page(dora, LISTING).next_url
    assert len(_page(dora, f"{LISTING}{link}").result_list) == 2
    assert len(_page(dora, f"{LISTING}{link}&o=-4").result_list) == 5
    for forged in ("2", "WyJkdWVfYXQiXQ:1:1", f"{link[3:]}x", "' OR 1=1 --", "\x00"):
        found = _page(dora, f"{LISTING}?p={forged}")
        assert (len(found.result_list), found.first_url) == (5, "")


@pytest.mark.parametrize(
    "order", [("answered_at", "pk"), ("-answered_at", "pk"), ("-answered_at", "due_at", "-pk")]
)
def test_empty_values_have_their_place_in_the_order(crowd, order):
    crowd(9)
    day = timezone.now()
    for place, one in enumerate(Request.objects.order_by("round")):
        if place % 3:
            Request.objects.filter(pk=one.pk).update(
                answered_at=day + timedelta(days=place // 4), due_at=day
            )
    rows = Request.objects.order_by(*order)
    columns, wanted = leafing.keys(rows), list(rows)
    assert len({one.answered_at for one in wanted}) == 4
    for before, after in pairwise(wanted):
        for here, there, back in ((before, after, False), (after, before, True)):
            told = leafing.Place(values=[key.of(here) for key in columns], back=back)
            read = leafing.place(told.text(columns), columns)
            assert read is not None
            assert read.narrowed(rows, columns)[0] == there


def test_the_ledger_is_leafed_through_without_looking_at_all_of_it(at_desk, ask, cast):
    ask(cast.alice, "access")
    auditor = at_desk("auditor")
    with log.together():
        for _ in range(12):
            log.append(Tag.REQUEST_VIEWED, request=None, found_by="address")
    address, numbers = f"{LEDGER}?tag={Tag.REQUEST_VIEWED}", []
    while address:
        with CaptureQueriesContext(connection) as queries:
            found = _page(auditor, address)
        read = [one["sql"] for one in queries if "dsar_ledger_entry" in one["sql"]]
        (sql,) = read
        assert "DISTINCT" not in sql
        assert re.search(r"LIMIT 6\b", sql), sql
        assert "OFFSET" not in sql
        numbers += [one.pk for one in found.result_list]
        address = found.next_url and LEDGER + found.next_url
    assert len(numbers) == 12
    assert numbers == sorted(numbers, reverse=True)
