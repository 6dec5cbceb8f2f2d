"""Reading gives the database's values exactly, whatever a person typed and however many rows there are."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsar.contract import compiler, registry
from dsar.engine import sources
from dsar.packages import cells
from tests.testapp.factories import NASTY, make_person
from tests.testapp.models import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.testapp.factories import Person

# PostgreSQL stores no NUL, and UTF-8 has no lone surrogates; everything else may come.
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
FORMULAS = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "\n", "'", "''=", '"', "\\.", "\x01\x02", ""]
)
TEXTS = st.lists(st.one_of(ANYTHING, FORMULAS, st.sampled_from(NASTY)), min_size=1, max_size=20)


@pytest.fixture
def alice(transactional_db: None) -> Person:
    """Somebody who writes."""
    return make_person("alice")


@pytest.fixture(params=["together", "each apart"])
def _way(request: pytest.FixtureRequest, settings: Any) -> None:
    """Both ways of reading: small tables in one statement, large ones in a COPY each."""
    largest_small = 50_000 if request.param == "together" else 0
    settings.DSAR = settings.DSAR | {"LARGE_ROWS": largest_small}


def read(person: Person, texts: list[str]) -> tuple[list[str], list[str]]:
    """Store the texts, read them back as JSON and as CSV."""
    Message.objects.all().delete()
    Message.objects.bulk_create(
        Message(sender_id=person.pk, recipient_id=person.pk, text=text) for text in texts
    )
    declarations = [registry.current().get("testapp.Message")]
    planned = sources.plan_sources(declarations, {"testapp.Message": len(texts)})
    with sources.snapshot():
        as_json = b"".join(_blocks(sources.rows_as_json(planned, person.pk)))
        as_csv = b"".join(_blocks(sources.rows_as_csv(planned, person.pk)))
    names = [column.name for column in compiler.released_columns(declarations[0])]
    rows = csv.DictReader(io.StringIO(as_csv.decode(), newline=""), fieldnames=names)
    objects = json.loads(b"[" + as_json[1:] + b"]")
    return [one["text"] for one in objects], [one["text"] for one in rows]


def _blocks(found: Iterator[tuple[Any, Iterator[bytes]]]) -> Iterator[bytes]:
    for _, blocks in found:
        yield from blocks


@pytest.mark.usefixtures("_way")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=TEXTS)
def test_every_text_comes_back_as_it_was_stored(alice: Person, texts: list[str]) -> None:
    """JSON to the letter; CSV by its one reversible rule; in the order of the keys."""
    as_json, as_csv = read(alice, texts)
    assert as_json == texts
    assert [cells.unguard(text) for text in as_csv] == texts


@pytest.mark.usefixtures("_way")
def test_no_cell_begins_as_a_formula(alice: Person) -> None:
    """A spreadsheet that opens the CSV calculates nothing."""
    _, as_csv = read(alice, ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain"])
    assert [text[0] for text in as_csv[:-1]] == ["'"] * 6
    assert as_csv[-1] == "plain"


def test_tag_that_reappears_stops_the_reading() -> None:
    """The order of a UNION ALL is not promised: rows of two tables must never mix."""
    rows = iter([b"0\x02a\n", b"1\x02b\n", b"0\x02c\n"])
    with pytest.raises(sources.TagReappearedError):
        for _, blocks in sources.by_tag((object(), object()), rows):  # type: ignore[arg-type]  # never looked into
            list(blocks)
