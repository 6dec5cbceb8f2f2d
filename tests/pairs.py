"""Few combinations that hold every pair of values: most faults need two things to meet, hardly any three.

The greedy routine of all-pairs testing: always the combination that brings most pairs that none had before.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = tuple[str, ...]
Pair = tuple[int, str, int, str]


def pairs(row: Row) -> set[Pair]:
    """Every two values of a row, with their places."""
    return {(a, one, b, other) for (a, one), (b, other) in combinations(enumerate(row), 2)}


def possible(values: Mapping[str, Sequence[str]], *, allowed: Callable[..., bool]) -> list[Row]:
    """Every combination that can happen, in the order of the values."""
    return [
        row for row in product(*values.values()) if allowed(**dict(zip(values, row, strict=True)))
    ]


def covering(rows: Sequence[Row]) -> list[Row]:
    """Some of the rows that hold every pair which any of them holds; the same ones each time."""
    left = set[Pair]().union(*map(pairs, rows))
    chosen: list[Row] = []
    while left:
        # The first of the best: `max` keeps the order of the rows.
        best = max(rows, key=lambda row: len(pairs(row) & left))
        chosen.append(best)
        left -= pairs(best)
    return chosen
