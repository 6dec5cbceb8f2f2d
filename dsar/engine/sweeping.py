"""One search through everything for all deletions that wait for it; each gets a verdict of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsar.engine import explaining, matching, searching, shelves

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from django.db.models import Model

    from dsar.engine.identifiers import Erased
    from dsar.engine.matching import Matcher
    from dsar.engine.searching import Match, Table
    from dsar.engine.shelves import Shelf


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the search found of one person: rows in which a name is explained, rows in which it is not, by place."""

    explained: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


def sweep(erased: Collection[Erased]) -> dict[UUID, Verdict]:
    """Search once for all of these people; its cost does not depend on how many they are."""
    verdicts = {one.request: Verdict() for one in erased}
    matcher = matching.matcher({one.request: one.identifiers for one in erased})
    if matcher is not None:
        known = {one.request: one for one in erased}
        for table in searching.tables():
            _sweep_table(table, matcher, known, verdicts)
        for shelf in shelves.all_shelves():
            _sweep_shelf(shelf, matcher, known, verdicts)
    return verdicts


def _sweep_table(
    table: Table,
    matcher: Matcher,
    erased: Mapping[UUID, Erased],
    verdicts: Mapping[UUID, Verdict],
) -> None:
    hits = searching.search(table, matcher)
    _judge(table.model, table.label, hits, erased, verdicts)


def _sweep_shelf(
    shelf: Shelf,
    matcher: Matcher,
    erased: Mapping[UUID, Erased],
    verdicts: Mapping[UUID, Verdict],
) -> None:
    by_model, ownerless = shelves.rows_of(shelf, shelves.search(shelf, matcher))
    for model, hits in by_model.items():
        _judge(model, shelf.label, hits, erased, verdicts)
    lost = {name: [("", requests)] for name, requests in ownerless.items()}
    _judge(None, shelf.label, lost, erased, verdicts)


def _judge(
    model: type[Model] | None,
    place: str,
    hits: Mapping[str, list[Match]],
    erased: Mapping[UUID, Erased],
    verdicts: Mapping[UUID, Verdict],
) -> None:
    """Count what is explained and what is not; nothing explains what no model knows."""
    found = Counter(
        request for matches in hits.values() for request in explaining.by_request(matches)
    )
    failed = explaining.unexplained(model, hits, erased) if model else found
    for request, count in found.items():
        _note(verdicts[request].failed, place, failed[request])
        _note(verdicts[request].explained, place, count - failed[request])


def _note(tally: Counter[str], place: str, hits: int) -> None:
    if hits:
        tally[place] += hits
