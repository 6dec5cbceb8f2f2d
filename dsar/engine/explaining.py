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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class _Sought:
    """The deletions that are searched for, by what they are asked for row by row."""

    def __init__(self, erased: Mapping[UUID, Erased]) -> None:
        self.erased = erased
        self.guests = {key for key, one in erased.items() if isinstance(one.person, Guest)}
        self._by_person: dict[str, set[UUID]] = defaultdict(set)
        self._by_identifier: dict[str, set[UUID]] = defaultdict(set)
        for key in erased.keys() - self.guests:
            self._by_person[str(erased[key].person)].add(key)
            for identifier in erased[key].identifiers:
                self._by_identifier[identifier.casefold()].add(key)

    def owners_of(self, row: _Found) -> set[UUID]:
        """The deletions of accounts to which the row leads."""
        return set().union(*(self._by_person.get(one, ()) for one in row.owners))

    def linked_from(self, row: _Found) -> set[UUID]:
        """The deletions to an address of whose account the row links, though nobody answers to it any more."""
        return set().union(*(self._by_identifier.get(one.casefold(), ()) for one in row.links))


def unexplained(
    model: type[Model], hits: Mapping[str, list[Match]], erased: Mapping[UUID, Erased]
) -> Counter[UUID]:
    """How many of a model's hits nothing explains, by deletion; a row that has gone since explains itself."""
    declared, sought = registry.current().of(model), _Sought(erased)
    counted: Counter[UUID] = Counter()
    waiting = iter(hits.items())
    while some := dict(islice(waiting, _AT_ONCE)):
        found = [(one, _look(one, set(some))) for one in declared]
        _look_for_guests(some, found, sought)
        for key, matches in some.items():
            rows = [(one, looked.get(key)) for one, looked in found]
            for columns, requests in _by_columns(matches):
                if not any(_is_retained(one, columns) for one, _ in rows):
                    counted.update(_left(requests, rows, sought))
    return counted


def looking_for(matches: Iterable[Match]) -> frozenset[UUID]:
    """The deletions that look for something in a row."""
    return frozenset().union(*(requests for _, requests in matches))


def _by_columns(matches: Sequence[Match]) -> Iterator[tuple[set[str], frozenset[UUID]]]:
    """The columns of a row that were hit, and the deletions for which it was exactly these."""
    hit = {column for column, _ in matches}
    if len(hit) == 1:
        yield hit, looking_for(matches)
        return
    found: dict[UUID, set[str]] = defaultdict(set)
    for column, requests in matches:
        for request in requests:
            found[request].add(column)
    for request, columns in found.items():
        yield columns, frozenset({request})


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
    sought: _Sought,
) -> None:
    """Mark the rows that are still those of a guest who was deleted."""
    keys_of: dict[UUID, set[str]] = defaultdict(set)
    for key, matches in some.items() if sought.guests else ():
        for request in looking_for(matches) & sought.guests:
            keys_of[request].add(key)
    for declaration, rows in found:
        if declaration.identifiers:
            for request, keys in keys_of.items():
                own = _guests_own(declaration, keys, sought.erased[request].person)
                for key in own & rows.keys():
                    rows[key].guests.add(request)


def _guests_own(declaration: Declaration, keys: set[str], guest: object) -> set[str]:
    sql, params = compiler.condition(reach.get(guest, declaration.label)).bind(guest)
    mine = declaration.model._base_manager.extra(where=[sql], params=params)
    return {str(key) for key in mine.filter(pk__in=keys).values_list("pk", flat=True)}


def _texts(values: Iterable[Any]) -> set[str]:
    return {str(value) for value in values if value is not None}


def _left(
    requests: frozenset[UUID], rows: list[tuple[Declaration, _Found | None]], sought: _Sought
) -> set[UUID]:
    """The deletions for which a row that names their person is explained by none of its roles."""
    accounts, guests = requests - sought.guests, requests & sought.guests
    linked = {key for _, row in rows if row for key in sought.linked_from(row)} & accounts
    left = accounts
    for declaration, row in rows:
        left = _left_by(declaration, row, left, sought)
    return {
        *linked,
        *left,
        *(key for key in guests if not _is_no_guests_of(sought.erased[key], rows)),
    }


def _left_by(
    declaration: Declaration, row: _Found | None, accounts: frozenset[UUID], sought: _Sought
) -> frozenset[UUID]:
    """Of some accounts' deletions those for which the row, in this role, may be their person's own."""
    if row is None:
        return frozenset()
    if any(isinstance(path, Linked) for path in declaration.subject):
        # Whom the row led to cannot be told once the other end is gone.
        return accounts
    if row.owners:
        return accounts & sought.owners_of(row)
    return frozenset(key for key in accounts if _was_touched(row, sought.erased[key]))


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


def _is_no_guests_of(erased: Erased, rows: list[tuple[Declaration, _Found | None]]) -> bool:
    return any(row is None or _is_no_guests(one, row, erased) for one, row in rows)


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
