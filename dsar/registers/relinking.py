"""Try to find people in a data set that is said to be anonymous: who stands alone, and which values lead to somebody.

What is compared is what the declarations tell people apart by: addresses, names, and held facts that only one row has.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, TextField
from django.db.models.functions import Cast, Lower, Trim

from dsar.contract import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

LEAST_ALIKE = 5
"""Whoever shares all that is said of them with fewer others stands out."""
MOST_BYTES, MOST_ROWS = 5_000_000, 100_000
_BATCH = 2_000
_SHORTEST = 4
"""A shorter fact, such as a year, is everybody's."""


class UnreadableError(ValueError):
    """This is no table: a CSV file in UTF-8 with a line of headings and at least one row, not too large."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a look at a data set found."""

    digest: str
    columns: tuple[str, ...]
    rows: int
    smallest: int
    linked: int

    @property
    def nobody(self) -> bool:
        """Whether nobody was found."""
        return self.linked == 0 and self.smallest >= LEAST_ALIKE


def look(file: bytes) -> Found:
    """Look for people in a data set; raises UnreadableError."""
    columns, rows = _read(file)
    alike = Counter(rows)
    values = {cell.strip().lower() for row in alike for cell in row} - {""}
    return Found(
        digest=sha256(file).hexdigest(),
        columns=columns,
        rows=len(rows),
        smallest=min(alike.values()),
        linked=len(_linked(values)),
    )


def _read(file: bytes) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    if len(file) > MOST_BYTES:
        raise UnreadableError
    try:
        lines = [
            tuple(row)
            for row in csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True)
            if row
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError from error
    heads, rows = lines[:1], lines[1:]
    if not rows or len(rows) > MOST_ROWS or any(len(row) != len(heads[0]) for row in rows):
        raise UnreadableError
    return heads[0], rows


def _linked(values: set[str]) -> set[str]:
    """The values that lead to somebody."""
    found: set[str] = set()
    ordered = sorted(values)
    for model, path, alone in _places():
        for start in range(0, len(ordered), _BATCH):
            rows = model._base_manager.order_by().annotate(
                held_value=Lower(Trim(Cast(F(path), TextField())))
            )
            held = (
                rows.filter(held_value__in=ordered[start : start + _BATCH])
                .values("held_value")
                .annotate(n=Count("pk"))
            )
            if alone:
                held = held.filter(n=1)
            found.update(
                value
                for value in held.values_list("held_value", flat=True)
                if not alone or len(value) >= _SHORTEST
            )
    return found


def _places() -> Iterator[tuple[type[Model], str, bool]]:
    """Where people are told apart: table, path, and whether a value counts only where one row has it."""
    users: Any = get_user_model()
    for field in {users.get_email_field_name(), users.USERNAME_FIELD}:
        yield users, field, False
    seen = set()
    for one in registry.current().all():
        paths = [(path, False) for path in (*one.identifiers, *one.told_apart_by)]
        paths += [(path, True) for path in one.facts.values()]
        for path, alone in paths:
            if (one.model, path) not in seen:
                seen.add((one.model, path))
                yield one.model, path, alone
