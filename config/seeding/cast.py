"""Who there is: ordinary people, staff, inactive ones, those without anything, and giants."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GIANTS: Final = (10_000, 100_000, 1_000_000)
_EMPTY: Final = 0.05
_INACTIVE: Final = 0.05
_MOST_ORDERS: Final = 4
"""Of an ordinary person; who has more is a giant."""
BLOCK: Final = 2_000
"""People who are made together; one random generator each, so that memory stays flat."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account and how many rows of each kind hang on it."""

    id: int
    email: str
    name: int
    """Where in the pool their name stands: their orders are placed under the same one."""
    active: bool = True
    staff: bool = False
    empty: bool = False
    """An account without any row beside it."""
    events: int = 0
    threads: int = 0
    orders: int = 0
    terms: int = 0


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An order, and how much hangs on it."""

    id: int
    customer: Person | None
    number: int
    lines: int
    uses: int
    reports: int
    named: int
    disclosures: int = 1


def giant_email(rows: int) -> str:
    """The address of the person with so many rows."""
    return f"giant-{rows}@example.test"


def people(*, users: int, seed: int, first: int) -> Iterator[list[Person]]:
    """All ordinary people, block by block; the first of them are staff."""
    staff = max(3, min(50, users // 1_000))
    for start in range(0, users, BLOCK):
        rng = Random(f"{seed}:people:{start}")  # noqa: S311 - repeatable, not unguessable.
        yield [
            _person(rng, number=number, key=first + number, staff=number < staff)
            for number in range(start, min(start + BLOCK, users))
        ]


def _person(rng: Random, *, number: int, key: int, staff: bool) -> Person:
    name, chance = rng.randrange(2_000), rng.random()
    counts = (
        rng.randrange(2, 51),
        rng.randrange(2),
        rng.randrange(_MOST_ORDERS + 1),
        rng.randrange(9),
    )
    if staff:
        return Person(id=key, email=f"staff-{number + 1}@example.test", name=name, staff=True)
    email = f"person-{number + 1}@example.test"
    if chance < _EMPTY:
        return Person(id=key, email=email, name=name, empty=True)
    events, threads, orders, terms = counts
    return Person(
        id=key,
        email=email,
        name=name,
        active=chance >= _EMPTY + _INACTIVE,
        events=events,
        threads=threads,
        orders=orders,
        terms=terms,
    )


def giants(sizes: Sequence[int], *, first: int) -> Iterator[Person]:
    """People who have exactly so many rows, their account's own included."""
    for number, size in enumerate(sizes):
        yield _giant(size, key=first + number)


def _giant(size: int, *, key: int) -> Person:
    orders, threads, terms = size // 50, size // 200, size // 100
    account, of_order, of_thread = 3, 13, 4
    events = size - account - orders * of_order - threads * of_thread - terms
    return Person(
        id=key,
        email=giant_email(size),
        name=size % 2_000,
        events=events,
        threads=threads,
        orders=orders,
        terms=terms,
    )


def order_of(person: Person | None, *, key: int, number: int) -> Placed:
    """An order's size; a giant's orders (2 lines, 6 uses, 1 report naming 2, 1 disclosure) sum up exactly."""
    if person is not None and person.orders > _MOST_ORDERS:
        return Placed(id=key, customer=person, number=number, lines=2, uses=6, reports=1, named=2)
    return Placed(
        id=key,
        customer=person,
        number=number,
        lines=1 + number % 3,
        uses=(number * 7) % 9 if person else 0,
        reports=1 + number % 2,
        named=1 + number % 3,
    )
