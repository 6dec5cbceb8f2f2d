"""The apostrophe rule: every cell reads back exactly, and none is left for a spreadsheet to run."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsar.packages import cells

pytestmark = pytest.mark.django_db

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NASTY = st.one_of(
    TEXT, st.tuples(st.sampled_from([*cells.RISKY, "''", " =", '"=']), TEXT).map("".join)
)


def copied(texts: list[str | None]) -> list[str]:
    """The texts as COPY writes them to CSV, read back by a CSV reader."""
    source = (
        f"SELECT {cells.guard_sql('cell')} FROM unnest(%s::text[])"  # noqa: S608 - the column is ours.
        " WITH ORDINALITY AS said(cell, at) ORDER BY at"
    )
    with connection.cursor() as cursor:
        statement = cursor.mogrify(source, [texts])
        with cursor.connection.cursor().copy(
            f"COPY ({statement}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        ) as copy:
            data = b"".join(bytes(chunk) for chunk in copy)
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [row[0] if row else "" for row in rows]


@settings(max_examples=60, deadline=None)
@given(st.lists(NASTY, min_size=1, max_size=40))
@example(
    [
        "=1+1",
        "'=1+1",
        "''",
        "'",
        "",
        "-5",
        "\t=x",
        "\r\n",
        "\n=1",
        "＝1",
        "@x",
        "a'",
        "\U0001f600",
        "\u202e=",
    ]
)
def test_every_cell_reads_back_exactly_from_the_server(texts: list[str]) -> None:
    found = copied(list(texts))
    assert [cells.unguard(cell) for cell in found] == texts
    assert found == [cells.guard(text) for text in texts]


@given(NASTY)
def test_a_guarded_cell_starts_with_nothing_risky_but_the_guard(text: str) -> None:
    guarded = cells.guard(text)
    assert not guarded or guarded[0] == "'" or guarded[0] not in cells.RISKY


def test_null_stays_null() -> None:
    guarded = cells.guard_sql("NULL::text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {guarded}")
        assert cursor.fetchone() == (None,)
