"""The page inside the archive: whatever the data says, it stays text; nothing is loaded; everybody can read it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.packages import markup, pages
from dsar.packages.pages import Table
from tests.packages import nasty

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta"}


class Tags(HTMLParser):
    """What a parser sees: the tags, their attributes, and the cells' texts."""

    # ruff: noqa: D102 - the parser's own documentation says when it calls these.

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.cells[-1] += data


def page(**changed: Any) -> str:
    said = {
        "heading": nasty.HEADING,
        "information": nasty.INFORMATION,
        "tables": nasty.tables(),
        "excluded": nasty.EXCLUDED,
    }
    return b"".join(pages.index(**{**said, **changed})).decode()


def one_cell(value: Any) -> str:
    """What the page shows of a value."""
    table = Table(label="a.B", title="B", columns=[("field", "")], total=1, rows=[{"field": value}])
    return Tags(page(tables=[table])).cells[0]


def test_nasty_text_opens_no_tag_and_no_attribute() -> None:
    found = Tags(page())
    assert not {"script", "img", "iframe", "object", "link", "form", "base"} & set(found.tags)
    assert found.tags.count("h1") == 1
    assert found.open == []
    names = {name for name, _ in found.attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "style"}}


def test_every_link_stays_in_the_archive() -> None:
    links = {value for name, value in Tags(page()).attributes if name == "href"}
    assert "csv/orders.order%231.csv" in links
    for link in links:
        assert link is not None
        assert link.startswith(("#", "csv/", "data.json"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&amp;", "<b>&amp;"),
        ("a\x00b\x1b[31m", "a\u2400b\u241b[31m"),
        ("in\u202ereversed", "in[U+202E]reversed"),
        ("two\nlines\ttab", "two\nlines\ttab"),
        ("", "empty"),
        (None, "not set"),
        (True, "yes"),
        (0, "0"),
        ({"a": [1, "<"]}, '{"a": [1, "<"]}'),
    ],
)
def test_a_value_is_shown_as_it_is(value: Any, shown: str) -> None:
    assert one_cell(value) == shown


@given(st.text())
def test_any_text_survives_a_parser(said: str) -> None:
    parsed = Tags(f"<td>{markup.text(said)}</td>")
    assert parsed.tags == ["td"]
    if not markup._SPECIAL.search(said.translate(dict.fromkeys(map(ord, "&<>\"'")))):  # noqa: SLF001
        assert parsed.cells == [said]


def test_a_long_cell_is_cut_and_says_where_the_rest_is() -> None:
    rows = [{"a": "x" * 100_000}] * 10
    table = Table(
        label="a.B", title="B", columns=[("a", "")], total=10, rows=rows, csv_name="csv/b.csv"
    )
    shown = page(tables=[table])
    assert "99,700 more characters in csv/b.csv" in shown
    assert len(shown) < 100_000


def test_a_million_rows_are_named_but_not_shown() -> None:
    shown = page()
    assert "1,000,000 rows" in shown
    assert "The first 40 of 1,000,000 rows are shown here." in shown


def test_each_table_says_why_how_long_and_for_whom() -> None:
    shown = page()
    for said in (
        "What an order says about the person who placed it.",
        "Delivering what you ordered (contract)",
        "5 years after the end of the financial year",
        "Example Payments (IE)",
        "Nothing is held here.",
    ):
        assert said in shown


def test_a_page_without_anything_still_stands() -> None:
    found = Tags(page(heading={}, information={}, tables=[], excluded=[]))
    assert found.open == []
    assert found.tags.count("h1") == 1


def test_the_same_input_gives_the_same_page() -> None:
    assert page() == page()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it lies in an unpacked archive."""
    path = tmp_path_factory.mktemp("unpacked") / "index.html"
    path.write_text(page(), encoding="utf-8")
    return path


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_opens_without_network_and_without_barriers(
    browser: Any, saved: Path, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, offline=True
    )
    tab = context.new_page()
    found = Axe()
    tab.goto(saved.as_uri())
    violations = found.run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    # Only a table's own region scrolls sideways, never the page (WCAG 2.2, 1.4.10).
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    context.close()


@pytest.mark.browser
def test_it_asks_for_nothing_and_runs_nothing(browser: Any, saved: Path) -> None:
    context = browser.new_context()
    tab = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(saved.as_uri())
    assert tab.title() == "Your personal data"
    assert asked == [saved.as_uri()]
    assert complaints == []
    context.close()
