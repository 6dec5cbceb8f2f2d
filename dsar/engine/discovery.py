"""Count what each declaration holds of a person, before anybody decides: one statement, no rows read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dsar.contract import compiler, reach
from dsar.contract.compiler import Fragment
from dsar.engine import prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.contract.declarations import Declaration


def discover(
    person: object,
    *,
    declarations: Sequence[Declaration] | None = None,
    concealed: bool = False,
) -> dict[str, int]:
    """How many rows each declaration holds of this person, by label; `person` is the user's key, or a guest.

    Rows that the person must never learn of are counted only where `concealed` asks for them: what a person sees
    comes from the other count. A statement's cost grows with the person's rows, never with the tables.
    """
    found = tuple(reach.declarations(person) if declarations is None else declarations)
    if not found:
        return {}
    counted = prepared.rows(_counting(found, concealed), person)
    return {found[position].label: count for position, count in sorted(counted)}


@lru_cache(maxsize=64)
def _counting(declarations: tuple[Declaration, ...], concealed: bool) -> Fragment:  # noqa: FBT001 - a cached key.
    condition = compiler.condition if concealed else compiler.shown_condition
    return Fragment.join(
        " UNION ALL ",
        (
            _count(position, declaration, condition(declaration))
            for position, declaration in enumerate(declarations)
        ),
    )


def _count(position: int, declaration: Declaration, where: Fragment) -> Fragment:
    return Fragment(
        sql=f"SELECT {position} AS position, count(*) AS rows"
        f" FROM {compiler.table(declaration)} WHERE {where.sql}",
        params=where.params,
    )
