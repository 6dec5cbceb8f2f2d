"""Where in a large table the rows that are due lie close together: there they go page by page, as one statement would.

A row that is picked first and then deleted is read twice. A table that is only ever added to lies in the order of its
dates, so that most rows between the first that is due and the last are due; a small sample of its pages shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.duties.retention import due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.duties.retention.due import Day, Rows
    from dsar.duties.retention.schedule import Unit

SAMPLED_PAGES = 1_000
ROWS_A_PAGE = 291
"""PostgreSQL puts no more rows on a page of 8 kB."""
MARGIN = 8
"""How many times the mean distance between two sampled pages is looked at beyond the outermost that had any."""
READ_FOR_ONE = 8
"""At most so many rows are read for each that goes; where they lie thinner, picking them costs less."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Pages of a table, about how many rows may go from one, and the condition of those that do."""

    first: int
    last: int
    rows_a_page: float
    where: Fragment

    def parts(self, rows: int) -> Iterator[tuple[int, int]]:
        """The pages in order, as many at once as hold so many rows: from, and up to before."""
        pages = max(1, int(rows / self.rows_a_page))
        for begin in range(self.first, self.last + 1, pages):
            yield begin, min(begin + pages, self.last + 1)


def find(unit: Unit, *, of: Day, most: int) -> Stretch | None:
    """About the pages between which most rows are due.

    None where they are strewn, where another table has their dates, and where a page may hold more than the `most` rows
    that may go at once.
    """
    if most < ROWS_A_PAGE:
        return None
    goes_by = _condition(due.let_go(unit, of=of))
    if goes_by is None:
        return None
    pages, share, rows, over, first, last = _sampled(unit, due.is_over(unit, of=of))
    if not over:
        return None
    pages_between = _page(last) - _page(first) + 1
    a_page, going = rows / (pages * share), over / share / pages_between
    if going * READ_FOR_ONE < a_page:
        return None
    begin, end = _with_margin(_page(first), _page(last), of=pages, share=share)
    return Stretch(first=begin, last=end, rows_a_page=max(a_page, going), where=goes_by)


def _sampled(unit: Unit, over: Fragment) -> tuple[int, float, int, int, str, str]:
    """The table's pages, and of which share a sample is; in it all rows, those that are over, and the ends of these."""
    is_over, params = over.bind(None)
    table = compiler.quote(unit.model._meta.db_table)
    pages = "(pg_relation_size(%s::regclass) / current_setting('block_size')::int)"
    share = f"least(1, {SAMPLED_PAGES}::float / greatest(1, {pages}))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {pages}, {share}, count(*), count(*) FILTER (WHERE {is_over}), min(ctid) FILTER (WHERE {is_over}),"
            f" max(ctid) FILTER (WHERE {is_over}) FROM {table}"
            f" TABLESAMPLE SYSTEM (100 * {share}) REPEATABLE (0)",
            [table, table, *params * 3, table],
        )
        return tuple(cursor.fetchone())


def _condition(rows: Rows) -> Fragment | None:
    """The condition of some rows over their table's own columns; None where it needs another's beside."""
    made = rows.query.get_compiler(connection=connection)
    made.pre_sql_setup()
    if sum(map(bool, made.query.alias_refcount.values())) > 1:
        return None
    sql, params = made.compile(made.query.where)
    return Fragment(sql=f"({sql})", params=tuple(params))


def _with_margin(first: int, last: int, *, of: int, share: float) -> tuple[int, int]:
    beyond = 0 if share == 1 else int(MARGIN / share)
    return max(0, first - beyond), min(of - 1, last + beyond)


def _page(place: str) -> int:
    """The page of a row's place, which PostgreSQL writes as `(page,number)`."""
    return int(place[1:].partition(",")[0])
