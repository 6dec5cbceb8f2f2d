"""Search remembers and reorders only for those who let it."""

from __future__ import annotations

from typing import Any

import pytest

from dsar.registers import objections, restrictions
from dsar.registers.models import Restriction
from orders.models import SearchTerm
from orders.purposes import PERSONALISED_SEARCH
from orders.search import find
from tests.factories.accounts import UserFactory
from tests.factories.orders import ProductFactory, SearchTermFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    ProductFactory(code="a", name="Annual report", description="Accounts")
    ProductFactory(code="b", name="Better report", description="Ownership")
    ProductFactory(code="c", name="Current report", description="Scores")
    ProductFactory(code="d", name="Discontinued report", active=False)


def codes(text: str, person: Any = None) -> str:
    return "".join(product.code for product in find(text, person=person))


def test_without_a_person_results_come_by_name():
    assert codes("report") == "abc"
    assert codes("REPORT score") == "c"
    assert codes("nothing of the kind") == ""


def test_what_a_person_looks_for_comes_first():
    alice = UserFactory()
    SearchTermFactory(customer=alice, word="ownership", times=3)
    SearchTermFactory(customer=alice, word="scores", times=1)
    assert codes("report", alice) == "bca"


def test_other_peoples_searches_change_nothing():
    SearchTermFactory(word="ownership", times=9)
    assert codes("report", UserFactory()) == "abc"


def test_searches_are_counted():
    alice = UserFactory()
    codes("report ownership report", alice)
    codes("ownership", alice)
    counted = alice.search_terms.order_by("word").values_list("word", "times")
    assert list(counted) == [("ownership", 2), ("report", 1)]


def test_an_objection_stops_reordering_and_remembering():
    alice = UserFactory()
    SearchTermFactory(customer=alice, word="ownership")
    assert codes("report", alice) == "bac"
    before = list(SearchTerm.objects.order_by("pk").values())
    objections.object_to(alice, PERSONALISED_SEARCH)
    assert codes("report", alice) == "abc"
    assert list(SearchTerm.objects.order_by("pk").values()) == before


def test_a_restriction_stops_it_too():
    alice = UserFactory()
    SearchTermFactory(customer=alice, word="ownership")
    restrictions.restrict(alice, ground=Restriction.Ground.ACCURACY_CONTESTED)
    assert codes("report", alice) == "abc"


def test_strange_words_are_searched_for_like_any_other():
    alice = UserFactory()
    for text in ("\0report\0", "%", "_", "' OR 1=1 --", "x" * 10_000, "😀 שלום", "\\"):
        find(text, person=alice)
    assert codes("\0report", alice) == "abc"
    assert codes("%") == ""
