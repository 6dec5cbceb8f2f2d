"""One search through everything for all deletions that wait for it; each gets a verdict of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsar.engine import explaining, matching, searching, shelves
from dsar.engine.shelves import Shelf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from django.db.models import Model

    from dsar.engine.identifiers import Erased
    from dsar.engine.matching import Matcher
    from dsar.engine.searching import Match, Table


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the search found of one person: rows in which a name is explained, rows in which it is not, by place."""

    explained: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table or a shelf of files, under a name that no other has."""

    name: str
    what: Table | Shelf


def places() -> list[Place]:
    """Everything that can hold words, always in the same order."""
    return [
        *(Place(name=f"table {one.name}", what=one) for one in searching.tables()),
        *(Place(name=f"shelf {one.label}", what=one) for one in shelves.all_shelves()),
    ]


class Search:
    """A search for some people, through one place after the other; what it found is in `verdicts`."""

    def __init__(self, erased: Collection[Erased]) -> None:
        self.erased = {one.request: one for one in erased}
        self.verdicts = {one.request: Verdict() for one in erased}
        self._matcher = matching.matcher({one.request: one.identifiers for one in erased})

    def through(self, place: Place) -> None:
        """Look through a place."""
        if self._matcher is None:
            return
        if isinstance(place.what, Shelf):
            self._through_shelf(place.what, self._matcher)
        else:
            hits = searching.search(place.what, self._matcher)
            self._judge(place.what.model, place.what.label, hits)

    def _through_shelf(self, shelf: Shelf, matcher: Matcher) -> None:
        by_model, ownerless = shelves.rows_of(shelf, shelves.search(shelf, matcher))
        for model, hits in by_model.items():
            self._judge(model, shelf.label, hits)
        lost = {name: [("", requests)] for name, requests in ownerless.items()}
        self._judge(None, shelf.label, lost)

    def _judge(
        self, model: type[Model] | None, place: str, hits: Mapping[str, list[Match]]
    ) -> None:
        """Count what is explained and what is not; nothing explains what no model knows."""
        found: Counter[UUID] = Counter()
        for matches in hits.values():
            found.update(explaining.looking_for(matches))
        failed = explaining.unexplained(model, hits, self.erased) if model else found
        for request, count in found.items():
            _note(self.verdicts[request].failed, place, failed[request])
            _note(self.verdicts[request].explained, place, count - failed[request])


def _note(tally: Counter[str], place: str, hits: int) -> None:
    if hits:
        tally[place] += hits
