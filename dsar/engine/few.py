"""Read a person of few rows at once: every table in one prepared statement, each row as JSON and as CSV.

One reading serves both formats. What is kept meanwhile is bounded by `FEW_ROWS`; larger persons are streamed.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dsar import conf
from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.engine import parts, prepared, sources
from dsar.engine.sources import TagReappearedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsar.engine.sources import Source

Rows = dict[str, tuple[bytes, bytes]]
"""By label: the rows as JSON with a comma before each, and as CSV."""


def is_few(held: Sequence[Source]) -> bool:
    """Whether all of a person's rows may be kept in memory."""
    limit: int = conf.get("FEW_ROWS")
    return sum(source.count for source in held) <= limit


def read(held: Sequence[Source], every: Sequence[Source], person: object) -> Rows:
    """The rows of what is held; `every` names the tables of the statement, the same for all people.

    Of a larger person only the small tables that Python reads, so that they are not read twice.
    """
    found: Rows = {}
    if is_few(held):
        read_at_once = dict(_by_server(tuple(every), person))
        found = {source.label: read_at_once.get(source.label, (b"", b"")) for source in held}
    for source in held:
        if compiler.needs_python(source.declaration) and is_few([source]):
            with parts.part(source.label):
                found[source.label] = sources.both_in_python(source, person)
    return found


def _by_server(
    every: tuple[Source, ...], person: object
) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    seen: set[int] = set()
    lines = prepared.rows(_statement(every), person)
    for position, tagged in groupby(lines, key=lambda line: line[0]):
        if position in seen:
            raise TagReappearedError
        seen.add(position)
        yield every[position].label, _joined(list(tagged))


def _joined(lines: list[tuple[Any, ...]]) -> tuple[bytes, bytes]:
    as_json = "".join(f",{json}\n" for _, json, _ in lines)
    return as_json.encode(), "".join(f"{csv}\n" for _, _, csv in lines).encode()


@lru_cache(maxsize=64)
def _statement(every: tuple[Source, ...]) -> Fragment:
    return Fragment.join(
        " UNION ALL ",
        (
            sources.both(source, position)
            for position, source in enumerate(every)
            if not compiler.needs_python(source.declaration)
        ),
    )
