"""Run the pairs of one work, each on people or on a database that no earlier pair has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsar.management.bench import (
    access,
    deletion,
    figures,
    ledger,
    people,
    retention,
    scratch,
    surroundings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dsar.management.bench.figures import Counter, Figures, Pair
    from dsar.management.bench.people import Found

WARM_UP = 8
"""Pairs of few rows that are not counted: the server plans a prepared statement anew five times."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to measure."""

    work: str
    rows: int
    users: int
    pairs: int
    person: str = ""


def run(order: Order) -> list[Figures]:
    """Measure; the ledger is three works, sealing, verifying and exporting the same entries."""
    counter = figures.Counter()
    try:
        with surroundings.made() as folder:
            measured = _measured(order, counter, folder)
    finally:
        counter.close()
    return [
        figures.summary(pairs, work=work, users=order.users, rows=order.rows)
        for work, pairs in measured.items()
    ]


def _measured(order: Order, counter: Counter, folder: Path) -> dict[str, list[Pair]]:
    if order.work != "ledger":
        return {order.work: list(_pairs(order, counter, folder))}
    each = ledger.pairs(entries=order.rows, count=order.pairs, folder=folder, counter=counter)
    sealing, verifying, exporting = zip(*each, strict=True)
    return {
        "sealing": list(sealing),
        "verifying": list(verifying),
        "exporting": list(exporting),
    }


def _pairs(order: Order, counter: Counter, folder: Path) -> Iterator[Pair]:
    if order.work in retention.ACTIONS:
        return retention.pairs(
            work=order.work,
            users=order.users,
            rows=order.rows,
            count=order.pairs,
            counter=counter,
        )
    if order.work == "access":
        return _accesses(order, counter, folder)
    if order.rows <= figures.FEW:
        return _deletions_of_many(order, counter, folder)
    return _deletions_of_one(order, counter, folder)


def _accesses(order: Order, counter: Counter, folder: Path) -> Iterator[Pair]:
    """Reading leaves the rows as they are.

    Of few rows each pair has a person of its own, since every answer adds some to what is held.
    """
    with scratch.copy_of(order.users):
        found = _found(order, most=order.pairs + WARM_UP)
        for turn in range(order.pairs + WARM_UP):
            person = found[turn % len(found)]
            ours, limit = access.works(person.key, rows=order.rows, folder=folder)
            pair = figures.measure(ours, limit, ours_first=bool(turn % 2), counter=counter)
            if turn >= WARM_UP or order.rows > figures.FEW:
                yield pair
            if order.rows > figures.FEW and turn + 1 == order.pairs:
                return


def _deletions_of_many(order: Order, counter: Counter, folder: Path) -> Iterator[Pair]:
    """Two people of nearly the same size a pair, in one copy of the database."""
    with scratch.copy_of(order.users):
        found = _found(order, most=2 * (order.pairs + WARM_UP))
        # Where there are too few people, the pairs that are wanted come before those that warm up.
        warm_up = max(0, len(found) // 2 - order.pairs)
        for turn in range(len(found) // 2):
            one, two = found[2 * turn], found[2 * turn + 1]
            pair = figures.measure(
                deletion.ours(one.key),
                deletion.limit(two.key, folder=folder),
                ours_first=bool(turn % 2),
                counter=counter,
            )
            if turn >= warm_up:
                yield pair


def _deletions_of_one(order: Order, counter: Counter, folder: Path) -> Iterator[Pair]:
    """The same person in two fresh copies a pair: who was deleted is gone."""
    for turn in range(order.pairs):
        done: dict[str, Pair] = {}
        for which in ("ours", "limit") if turn % 2 else ("limit", "ours"):
            with scratch.copy_of(order.users):
                person = _found(order, most=1)[0].key
                _warm_up()
                work = (
                    deletion.ours(person)
                    if which == "ours"
                    else deletion.limit(person, folder=folder)
                )
                done[which] = figures.measure(work, lambda: 1.0, ours_first=True, counter=counter)
        yield figures.paired(done["ours"], done["limit"])


def _warm_up() -> None:
    """Delete somebody else first: a worker that has been up for a while knows the tables and has prepared its plans."""
    deletion.ours(people.near(figures.WARMING_ROWS, most=1)[0].key)()


def _found(order: Order, *, most: int) -> list[Found]:
    return people.named(order.person) if order.person else people.near(order.rows, most=most)
