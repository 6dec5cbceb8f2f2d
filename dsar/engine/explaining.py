"""Why an identifier of a deleted person may still stand somewhere: a law keeps it, or the row is another person's.

A row that leads to nobody counts as a guest's, who shares a name or a mailbox; but not if it was written by the
deletion or after it, for then it may be a row that lost its owner and got its words back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models.expressions import RawSQL

from dsar.contract import compiler, reach, registry
from dsar.contract.declarations import Linked, Retain
from dsar.contract.people import Guest
from dsar.contract.vocabulary import Row, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model

    from dsar.contract.declarations import Declaration
    from dsar.engine.identifiers import Erased
    from dsar.engine.searching import Match

_AT_ONCE = 5_000
_TRANSACTIONS = 2**32
"""After so many PostgreSQL counts its transactions from the beginning."""


@dataclass(kw_only=True)
class _Found:
    """What a declaration says about a row that was hit."""

    written: int
    """The transaction that wrote the row as it stands."""
    born: datetime | None
    owners: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    """What a link without foreign key would be followed by."""
    guests: set[UUID] = field(default_factory=set)
    """Deletions of people without account to whom the row belongs."""


def unexplained(
    model: type[Model], hits: Mapping[str, list[Match]], erased: Mapping[UUID, Erased]
) -> Counter[UUID]:
    """How many of a model's hits nothing explains, by deletion; a row that has gone since explains itself."""
    declared = registry.current().of(model)
    counted: Counter[UUID] = Counter()
    waiting = iter(hits.items())
    while some := dict(islice(waiting, _AT_ONCE)):
        found = [(one, _look(one, set(some))) for one in declared]
        _look_for_guests(some, found, erased)
        for key, matches in some.items():
            rows = [(one, looked.get(key)) for one, looked in found]
            counted.update(
                request
                for request, columns in by_request(matches).items()
                if not _is_explained(columns, rows, erased[request])
            )
    return counted


def by_request(matches: Iterable[Match]) -> dict[UUID, set[str]]:
    """The columns of a row that were hit, by the deletion that looked for it."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for column, requests in matches:
        for request in requests:
            found[request].add(column)
    return found


def _look(declaration: Declaration, keys: set[str]) -> dict[str, _Found]:
    """The rows as they stand now, with the people they lead to."""
    paths = [path for path in declaration.subject if not isinstance(path, Linked)]
    links = [path.on for path in declaration.subject if isinstance(path, Linked)]
    born = [declaration.born] if declaration.born else []
    written = RawSQL(f"{compiler.table(declaration)}.xmin::text::bigint", ())  # noqa: S611 - a quoted name.
    rows = declaration.model._base_manager.filter(pk__in=keys).annotate(dsar_written=written)
    found: dict[str, _Found] = {}
    for key, number, *values in rows.values_list("pk", "dsar_written", *born, *links, *paths):
        since = values[0] if born else None
        row = found.setdefault(str(key), _Found(written=number, born=since))
        told = values[len(born) :]
        row.links |= _texts(told[: len(links)])
        row.owners |= _texts(told[len(links) :])
    return found


def _look_for_guests(
    some: Mapping[str, list[Match]],
    found: Iterable[tuple[Declaration, dict[str, _Found]]],
    erased: Mapping[UUID, Erased],
) -> None:
    """Mark the rows that are still those of a guest who was deleted."""
    keys_of: dict[UUID, set[str]] = defaultdict(set)
    for key, matches in some.items():
        for request in by_request(matches):
            if isinstance(erased[request].person, Guest):
                keys_of[request].add(key)
    for declaration, rows in found:
        if declaration.identifiers:
            for request, keys in keys_of.items():
                for key in _guests_own(declaration, keys, erased[request].person) & rows.keys():
                    rows[key].guests.add(request)


def _guests_own(declaration: Declaration, keys: set[str], guest: object) -> set[str]:
    sql, params = compiler.condition(reach.get(guest, declaration.label)).bind(guest)
    mine = declaration.model._base_manager.extra(where=[sql], params=params)
    return {str(key) for key in mine.filter(pk__in=keys).values_list("pk", flat=True)}


def _texts(values: Iterable[Any]) -> set[str]:
    return {str(value) for value in values if value is not None}


def _is_explained(
    columns: set[str], found: list[tuple[Declaration, _Found | None]], erased: Erased
) -> bool:
    if any(_is_retained(one, columns) for one, _ in found):
        return True
    if any(row and _is_linked(row, erased) for _, row in found):
        return False
    return any(row is None or _is_somebody_elses(one, row, erased) for one, row in found)


def _is_retained(declaration: Declaration, columns: set[str]) -> bool:
    """Whether all these columns are such in which a law keeps what is the person's own."""
    return declaration.row is not Row.DELETED and columns <= _kept(declaration)


@lru_cache(maxsize=1024)
def _kept(declaration: Declaration) -> frozenset[str]:
    return frozenset(
        compiler.column_name(field)
        for field, treatment in compiler.fields_of(declaration)
        if isinstance(treatment, Retain) and treatment.whose is Whose.SUBJECT
    )


def _is_linked(row: _Found, erased: Erased) -> bool:
    """Whether the row links to an address of this account, though nobody answers to it any more."""
    if isinstance(erased.person, Guest):
        return False
    sought = {value.casefold() for value in erased.identifiers}
    return any(link.casefold() in sought for link in row.links)


def _is_somebody_elses(declaration: Declaration, row: _Found, erased: Erased) -> bool:
    if isinstance(erased.person, Guest):
        return _is_no_guests(declaration, row, erased)
    if any(isinstance(path, Linked) for path in declaration.subject):
        # Whom the row led to cannot be told once the other end is gone.
        return False
    if row.owners:
        return str(erased.person) not in row.owners
    return not _was_touched(row, erased)


def _is_no_guests(declaration: Declaration, row: _Found, erased: Erased) -> bool:
    """Whether the row is an account holder's, or another guest's who is told apart by name."""
    if row.owners:
        return True
    is_known_apart = bool(declaration.identifiers) and erased.request not in row.guests
    return is_known_apart and not _was_touched(row, erased)


def _was_touched(row: _Found, erased: Erased) -> bool:
    """Whether an older row was written by the deletion or by anybody since."""
    later = (row.written - erased.since) % _TRANSACTIONS < _TRANSACTIONS // 2
    return later and (row.born is None or row.born <= erased.cut_off)
