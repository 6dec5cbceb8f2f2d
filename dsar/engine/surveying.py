"""What a deletion has to know of a person's rows before it touches them, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.contract.vocabulary import Row
from dsar.engine import erasing, prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.contract.declarations import Declaration
    from dsar.engine.erasing import Statement


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How many rows there are, and what has to be written about them."""

    counts: dict[str, int]
    """Rows by declaration, concealed ones included; declarations without any are left out.

    Of rows that all go it says 1 where there are any: whoever deletes them learns how many there were.
    """
    shown: dict[str, int]
    """The same without the rows that the person must never learn of; nothing of rows that all go."""
    statements: list[Statement]
    """Those of the deletion's statements that find something to do, in their order."""


def survey(declarations: Sequence[Declaration], person: object) -> Survey:
    """Look at everything at once; `declarations` are those that the deletion covers."""
    covered = tuple(declarations)
    if not covered:
        return Survey(counts={}, shown={}, statements=[])
    found = {
        position: (rows, shown)
        for position, rows, shown in prepared.rows(_looking(covered), person)
        if rows
    }
    every = {one.label: found.get(position, (0, 0)) for position, one in enumerate(covered)}
    return Survey(
        counts={label: rows for label, (rows, _) in every.items() if rows},
        shown={label: shown for label, (_, shown) in every.items() if shown},
        statements=[
            statement
            for position, statement in enumerate(_statements(covered), start=len(covered))
            if (position in found if statement.touched else every[statement.label][0])
        ],
    )


@lru_cache(maxsize=64)
def _statements(covered: tuple[Declaration, ...]) -> tuple[Statement, ...]:
    return tuple(erasing.statements(covered))


@lru_cache(maxsize=64)
def _looking(covered: tuple[Declaration, ...]) -> Fragment:
    """A count for each declaration; for each reference to its rows, whether there is one."""
    references = enumerate(_statements(covered), start=len(covered))
    return Fragment.join(
        " UNION ALL ",
        [
            *(_counted(position, one) for position, one in enumerate(covered)),
            *(
                _probed(position, statement.touched)
                for position, statement in references
                if statement.touched
            ),
        ],
    )


def _counted(position: int, declaration: Declaration) -> Fragment:
    where = compiler.condition(declaration)
    if goes_whole(declaration):
        return _probed(
            position,
            Fragment(sql=f"{compiler.table(declaration)} WHERE {where.sql}", params=where.params),
        )
    shown = Fragment(sql="count(*)")
    if declaration.concealed:
        told = compiler.shown_condition(declaration)
        shown = Fragment(sql=f"count(*) FILTER (WHERE {told.sql})", params=told.params)
    return Fragment(
        sql=f"SELECT {position} AS position, count(*) AS rows, {shown.sql} AS shown"
        f" FROM {compiler.table(declaration)} WHERE {where.sql}",
        params=(*shown.params, *where.params),
    )


def goes_whole(declaration: Declaration) -> bool:
    """Whether every row of this kind goes, and the person may know how many."""
    return declaration.row is Row.DELETED and not declaration.concealed


def _probed(position: int, touched: Fragment) -> Fragment:
    return Fragment(
        sql=f"SELECT {position} AS position, EXISTS (SELECT 1 FROM {touched.sql})::int AS rows, 0 AS shown",
        params=touched.params,
    )
