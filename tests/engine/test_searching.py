"""The search under the sweep: what names somebody is found however it is written, and however a table is read."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dsar.contract import registry
from dsar.engine import identifiers, matching, searching
from tests.testapp.factories import NASTY
from tests.testapp.models import Loan, Member, Message, Tool

if TYPE_CHECKING:
    from tests.testapp.factories import Cast

ADDRESS = "kestrel@example.com"


def test_a_table_read_by_pages_tells_what_it_tells_row_by_row(cast: Cast) -> None:
    """Six hundred rows over many pages, with everything that breaks careless splitting."""
    tool = Tool.objects.create(title="ladder")
    rows = [
        Loan(
            code=f"P-{number}-{at}",
            tool=tool,
            contact_name=text[:100],
            contact_email=ADDRESS,
            remarks=f"{text}{ADDRESS}",
        )
        for number in range(35)
        for at, text in enumerate(NASTY)
    ]
    Loan.objects.bulk_create(rows)
    match = matching.matcher({uuid.UUID(int=7): [ADDRESS]})
    assert match is not None
    (table,) = (one for one in searching.tables() if one.model is Loan)
    found = searching.search(replace(table, pages=1), match)
    assert len(found) == len(rows)
    assert {column for column, _ in found[str(rows[3].pk)]} == {"contact_email", "remarks"}
    by_rows = searching.search(replace(table, pages=None), match)
    assert found == by_rows


WRITTEN = {
    "as it stands": ("Zoë O'Neill", "by Zoë O'Neill."),
    "in capitals": ("Zoë O'Neill", "ZOË O'NEILL"),
    "with a combining accent": ("Zoë O'Neill", "Zoe\u0308 O'Neill"),
    "in HTML": ("Zoë O'Neill", "<b>Zoë O&#x27;Neill</b>"),
    "in an address": (ADDRESS, "/reports/?q=kestrel%40example.com&page=2"),
    "behind other words": (ADDRESS, "mailto:KESTREL@EXAMPLE.COM?subject="),
    "in Han characters": ("陳大文", "致陳大文先生"),
    "with a quotation mark": ('Ann "Quick" Lee', 'Ann "Quick" Lee'),
    "with a backslash": ("Ann\\Lee", "Ann\\Lee"),
    "over two lines": ("Ann\nLee", "Ann\nLee"),
    "a number without blanks": ("+65 6000 1111", "call 6560001111"),
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("place", ["text", "JSON"])
def test_an_identifier_is_found_however_it_is_written(cast: Cast, written: str, place: str) -> None:
    """In a text and inside a JSON value, in any column, and the row is told by its key."""
    value, text = WRITTEN[written]
    match = matching.matcher({uuid.UUID(int=7): [value]})
    assert match is not None
    if place == "text":
        row: Any = Message.objects.filter(sender_id=cast.bob.pk).first()
        row.text = text
    else:
        row = Member.objects.get(user_id=cast.bob.pk)
        row.preferences = {"said": [text]}
    table = next(one for one in searching.tables() if one.model is type(row))
    assert searching.search(table, match) == {}
    row.save()
    column = "text" if place == "text" else "preferences"
    found = searching.search(table, match)
    assert list(found) == [str(row.pk)]
    assert set(found[str(row.pk)]) == {(column, frozenset({uuid.UUID(int=7)}))}


def test_a_number_inside_a_longer_one_is_no_hit() -> None:
    """Bare digits are looked for as a number of their own."""
    match = matching.matcher({uuid.UUID(int=7): ["+65 6000 1111"]})
    assert match is not None
    assert not list(match.find(b"order 165600011112"))
    assert list(match.find(b"order 6560001111,"))


def test_names_of_three_han_characters_are_looked_for_and_two_letters_are_not(
    cast: Cast,
) -> None:
    """Too short a name finds strangers; a Chinese name is short and whole."""
    member = Member.objects.get(user_id=cast.alice.pk)
    for name, is_found in {"陳大文": True, "Li": False}.items():
        member.nickname = name
        member.save()
        declared = [one for one in registry.current().all() if one.label == "testapp.Member"]
        assert (name in identifiers.gather(cast.alice.pk, declared)) == is_found
