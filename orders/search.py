"""Find products; those first that the person usually looks for, if they let us remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dsar.processing import permitted
from orders.models import Product, SearchTerm
from orders.purposes import PERSONALISED_SEARCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AbstractBaseUser

_LONGEST_WORD = 100
_MOST_WORDS = 10
_REMEMBERED = 50


def find(text: str, *, person: AbstractBaseUser | None = None) -> list[Product]:
    """Products that match, by name; in the person's own order where the gate permits it.

    Where it does not, nothing is read of their history and nothing is added to it.
    """
    words = _words(text)
    found = list(Product.objects.on_sale().matching(" ".join(words)))
    if person is None or not permitted(person, PERSONALISED_SEARCH):
        return found
    history = _history(person)
    _remember(person, words)
    return sorted(found, key=lambda product: -_weight(product, history))


def _words(text: str) -> list[str]:
    """The distinct words, as they are compared; PostgreSQL stores every character but the one left out."""
    spelt = text.replace("\0", " ").casefold().split()
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in spelt))[:_MOST_WORDS]


def _history(person: AbstractBaseUser) -> dict[str, int]:
    terms = SearchTerm.objects.filter(customer_id=person.pk).order_by("-times", "pk")
    return dict(terms.values_list("word", "times")[:_REMEMBERED])


def _weight(product: Product, history: Mapping[str, int]) -> int:
    """How often the person searched for words that describe this product."""
    described = f"{product.name} {product.description}".casefold()
    return sum(times for word, times in history.items() if word in described)


@transaction.atomic
def _remember(person: AbstractBaseUser, words: list[str]) -> None:
    """Count every word once more; words that are new begin at one."""
    now = timezone.now()
    known = SearchTerm.objects.filter(customer_id=person.pk, word__in=words)
    again = set(known.order_by("word").select_for_update().values_list("word", flat=True))
    known.filter(word__in=again).update(times=F("times") + 1, last_at=now)
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(customer_id=person.pk, word=word, last_at=now)
            for word in words
            if word not in again
        ],
        ignore_conflicts=True,
    )
