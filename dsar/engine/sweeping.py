"""One search through everything for all deletions that wait for it; each gets a verdict of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsar.engine import explaining, matching, searching

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from dsar.engine.identifiers import Erased
    from dsar.engine.matching import Matcher
    from dsar.engine.searching import Table


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
    return verdicts


def _sweep_table(
    table: Table,
    matcher: Matcher,
    erased: Mapping[UUID, Erased],
    verdicts: Mapping[UUID, Verdict],
) -> None:
    hits = searching.search(table, matcher)
    found = Counter(
        request for matches in hits.values() for request in explaining.by_request(matches)
    )
    failed = explaining.unexplained(table.model, hits, erased) if table.model else found
    for request, count in found.items():
        _note(verdicts[request].failed, table.label, failed[request])
        _note(verdicts[request].explained, table.label, count - failed[request])


def _note(tally: Counter[str], place: str, hits: int) -> None:
    if hits:
        tally[place] += hits
