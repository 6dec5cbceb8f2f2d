"""The page a person opens first: what is held, why, how long, who receives it, and the first rows of each table."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from dsar.packages import markup
from dsar.packages.markup import text

_STYLE = Path(__file__).with_name("index.css").read_text(encoding="utf-8")
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# The page may use its own stylesheet and nothing else: no script, picture, form or network (CSP Level 3).
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none'"
)

_RECORD_ROWS = 3
"""So few rows stand one below the other field by field, which a phone can show without scrolling sideways."""

_WIDE_COLUMNS = 7
"""A table with more columns does not fit on paper; there each row is set as a paragraph with its fields named."""

_LONGEST_IN_RECORD = 2_000
_LONGEST_IN_GRID = 300
"""Characters of one cell that are shown; the CSV and JSON hold all of them."""

_INFORMATION_TITLES = {
    "organisation": "Who is responsible",
    "controller": "Who is responsible",
    "purposes": "Why your data is used",
    "categories": "What kinds of data",
    "recipients": "Who receives your data",
    "transfers": "Transfers to other countries",
    "retention": "How long it is kept",
    "sources": "Where it came from",
    "automated_decisions": "Automated decisions",
    "secrets_held": "Held, but never handed out",
    "rights": "Your rights",
    "complaint": "How to complain",
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """One declaration's part of the page. `rows` are the first of `total`, in order, as mappings by column."""

    label: str
    title: str
    columns: Sequence[tuple[str, str]]
    """Name and category of each column."""
    total: int
    rows: Iterable[Mapping[str, Any]] = ()
    csv_name: str = ""
    """Where the archive holds all rows as CSV; empty where it does not."""
    describe: str = ""
    purpose: str = ""
    retention: str = ""
    recipients: Sequence[str] = ()
    note: str = ""
    noted: Sequence[str] = ()
    """What the person disputes in the rows, a sentence each."""


def index(
    *,
    heading: Mapping[str, Any],
    information: Mapping[str, Any] | str,
    tables: Iterable[Table],
    excluded: Sequence[Any] = (),
) -> Iterator[bytes]:
    """The page in pieces, UTF-8; a table's rows are asked for when their turn comes.

    `heading` may hold title, organisation, reference and whatever else should stand at the top. `information` is
    what GDPR Art. 15(1) demands, in any shape of mappings, lists and texts, or what `informing` made of
    it. `excluded` says what was left out and why, as texts or mappings.
    """
    listed = list(tables)
    pieces = chain(
        _head(heading),
        _contents(listed, information, excluded),
        ['<main id="main">'],
        _tables(listed),
        [information if isinstance(information, str) else informing(information)],
        _excluded(excluded),
        _about(),
        ["</main>", _footer(heading), "</body></html>\n"],
    )
    for piece in pieces:
        yield piece.encode("utf-8", "replace")


def _head(heading: Mapping[str, Any]) -> Iterator[str]:
    name = text(heading.get("title") or "Your personal data")
    yield (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex, nofollow">'
        f"<style>{_STYLE}</style></head><body>"
        '<a class="skip" href="#main">Skip to the content</a>'
        f"<header><h1>{name}</h1>"
        '<p class="lead">Everything on this page was read from our systems for you. It works without the internet; '
        "nothing you open here is sent anywhere.</p>"
    )
    yield markup.facts({key: value for key, value in heading.items() if key != "title"})
    yield "</header>"


def _contents(
    tables: Sequence[Table], information: Mapping[str, Any] | str, excluded: Sequence[Any]
) -> Iterator[str]:
    yield '<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>'
    yield f'<li>{_to("data", "The data")}<ol class="tables">'
    for number, table in enumerate(tables, start=1):
        yield (
            f'<li><a href="#table-{number}"><span>{text(table.title)}</span> '
            f'<span class="rows">{_rows(table.total)}</span></a></li>'
        )
    yield "</ol></li>"
    if information:
        yield f"<li>{_to('information', 'Why and how it is used')}</li>"
    if excluded:
        yield f"<li>{_to('excluded', 'What was left out')}</li>"
    yield f"<li>{_to('files', 'The other files')}</li></ol></nav>"


def _to(anchor: str, name: str) -> str:
    return f'<a class="chapter" href="#{anchor}">{text(name)}</a>'


def _tables(tables: Sequence[Table]) -> Iterator[str]:
    yield '<section aria-labelledby="data"><h2 id="data">The data</h2>'
    if not tables:
        yield "<p>Nothing is held.</p>"
    for number, table in enumerate(tables, start=1):
        yield from _table(table, anchor=f"table-{number}")
    yield "</section>"


def _table(table: Table, *, anchor: str) -> Iterator[str]:
    yield (
        f'<section class="card" id="{anchor}" aria-labelledby="{anchor}-name">'
        f'<h3 id="{anchor}-name">{text(table.title)}</h3>'
        f'<p class="label"><code>{text(table.label)}</code> · {_rows(table.total)}</p>'
    )
    yield _why(table)
    if table.note:
        yield f'<p class="note" dir="auto">{text(table.note)}</p>'
    yield from _disputed(table)
    yield from _preview(table, anchor=anchor)
    yield "</section>"


def _disputed(table: Table) -> Iterator[str]:
    """What is noted beside values, before the values."""
    if table.noted:
        said = "".join(f'<li dir="auto">{text(one)}</li>' for one in table.noted)
        yield f'<div class="note"><p>Noted beside these data:</p><ul>{said}</ul></div>'


def _why(table: Table) -> str:
    """What a table is, why and how long it is kept, and who receives it, as far as that was declared."""
    said = {
        "What it is": table.describe,
        "Why we hold it": table.purpose,
        "How long": table.retention,
        "Who receives it": list(table.recipients),
    }
    return markup.facts(said) if any(said.values()) else ""


def _preview(table: Table, *, anchor: str) -> Iterator[str]:
    """The rows that are shown, and where the rest lies."""
    rows = list(table.rows)
    if not table.total:
        yield "<p>Nothing is held here.</p>"
    if rows:
        shown = _record if len(rows) <= _RECORD_ROWS else _grid
        yield from shown(table, rows, anchor=anchor)
    if table.total > len(rows):
        yield f"<p>{_rest(table, shown=len(rows))}</p>"
    elif table.csv_name and rows:
        yield f"<p>The same as a file: {_link(table.csv_name)}.</p>"


def _rest(table: Table, *, shown: int) -> str:
    """Where to find the rows that the page leaves out."""
    files = (
        f"{_link(table.csv_name)} and {_link('data.json')}"
        if table.csv_name
        else _link("data.json")
    )
    if not shown:
        return f"All {_rows(table.total)} are in {files}."
    return (
        f"The first {shown:,} of {_rows(table.total)} are shown here. All of them are in {files}."
    )


def _grid(table: Table, rows: Sequence[Mapping[str, Any]], *, anchor: str) -> Iterator[str]:
    """One line a row, under a head that stays in sight."""
    numbers = _numbers(table, rows)
    elsewhere = table.csv_name or "data.json"
    yield _region(anchor)
    wide = len(table.columns) > _WIDE_COLUMNS
    yield f'<table class="{"grid wide" if wide else "grid"}">{_caption(table, anchor)}<thead><tr>'
    for name, category in table.columns:
        yield f'<th scope="col"{numbers.get(name, "")}>{_column(name, category)}</th>'
    yield "</tr></thead><tbody>"
    opened = [
        (name, f'<td dir="auto"{_named(name) if wide else ""}{numbers.get(name, "")}>')
        for name, _ in table.columns
    ]
    for row in rows:
        cells = [
            f"{td}{markup.cell(row.get(name), longest=_LONGEST_IN_GRID, elsewhere=elsewhere)}</td>"
            for name, td in opened
        ]
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody></table></div>"


def _record(table: Table, rows: Sequence[Mapping[str, Any]], *, anchor: str) -> Iterator[str]:
    """One line a field, one column a row."""
    elsewhere = table.csv_name or "data.json"
    yield _region(anchor, kind=" whole")
    yield f'<table class="record">{_caption(table, anchor)}<thead><tr><th scope="col">Field</th>'
    for number in range(1, len(rows) + 1):
        yield f'<th scope="col">{"Value" if len(rows) == 1 else f"Row {number}"}</th>'
    yield "</tr></thead><tbody>"
    for name, category in table.columns:
        said = [
            markup.cell(row.get(name), longest=_LONGEST_IN_RECORD, elsewhere=elsewhere)
            for row in rows
        ]
        cells = [f'<td dir="auto">{value}</td>' for value in said]
        yield f'<tr><th scope="row">{_column(name, category)}</th>{"".join(cells)}</tr>\n'
    yield "</tbody></table></div>"


def _named(name: str) -> str:
    return f' data-name="{text(name)}"'


def _region(anchor: str, *, kind: str = "") -> str:
    """A box that scrolls by itself, also by keyboard."""
    return (
        f'<div class="scroll{kind}" role="region" tabindex="0" aria-labelledby="{anchor}-caption">'
    )


def _caption(table: Table, anchor: str) -> str:
    return f'<caption id="{anchor}-caption">{text(table.title)}, {_rows(table.total)}</caption>'


def _column(name: str, category: str) -> str:
    small = f"<small>{text(category)}</small>" if category else ""
    return f"{text(name)}{small}"


def _numbers(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The columns whose shown values are all numbers, with the class that aligns them."""
    return {
        name: ' class="number"'
        for name, _ in table.columns
        if all(isinstance(row.get(name), int | float) for row in rows)
        and not any(isinstance(row.get(name), bool) for row in rows)
    }


def informing(information: Mapping[str, Any]) -> str:
    """The part of the page that is the same for everybody of whom the same is held."""
    return "".join(_information(information))


def _information(information: Mapping[str, Any]) -> Iterator[str]:
    if not information:
        return
    yield '<section aria-labelledby="information"><h2 id="information">Why and how it is used</h2>'
    known = [name for name in _INFORMATION_TITLES if name in information]
    for name in [*known, *(name for name in information if name not in _INFORMATION_TITLES)]:
        said = information[name]
        heading = text(_INFORMATION_TITLES.get(name) or "") or markup.title(name)
        yield f'<section class="card"><h3>{heading}</h3>{_chaptered(said)}</section>'
    yield "</section>"


def _chaptered(said: Any, *, level: int = 4) -> str:
    """A list with mappings in it reads as entries with a name each; anything else as it comes."""
    if isinstance(said, list | tuple) and any(isinstance(item, Mapping) for item in said):
        return "".join(_entry(item, level=level) for item in said)
    return markup.nested(said)


def _entry(said: Any, *, level: int) -> str:
    """The first of the usual names is the heading; codes are for machines and stay in information.json."""
    if not isinstance(said, Mapping):
        return f"<p>{markup.nested(said)}</p>"
    key = next((key for key in ("label", "name", "title", "what") if said.get(key)), None)
    rest = {name: value for name, value in said.items() if name not in {key, "code"}}
    heading = f'<h{level} dir="auto">{text(said[key])}</h{level}>' if key else ""
    return heading + (markup.facts(rest) if any(rest.values()) else "")


def _excluded(excluded: Sequence[Any]) -> Iterator[str]:
    if excluded:
        yield '<section aria-labelledby="excluded"><h2 id="excluded">What was left out</h2>'
        yield f'<div class="card">{_chaptered(list(excluded), level=3)}</div></section>'


def _about() -> Iterator[str]:
    """What the other members of the archive are, and the one rule by which CSV differs from the data."""
    yield '<section aria-labelledby="files"><h2 id="files">The other files</h2><div class="card">'
    yield '<dl class="facts">'
    for name, said in _FILES.items():
        yield f"<dt><code>{name}</code></dt><dd>{said}</dd>"
    yield "</dl>"
    for said in _RULES:
        yield f"<p>{said}</p>"
    yield "</div></section>"


_FILES = {
    "data.json": (
        "All of the data in one file, for programs: UTF-8, times in ISO 8601, amounts as text so that no digit is lost."
    ),
    "csv/": (
        "The same data, one file a table, for spreadsheets: UTF-8, separated by commas, first a line of column names."
    ),
    "files/": "The files that belong to you, such as those you sent us, as they are stored.",
    "information.json": "Why and how your data is used, as on this page, for programs.",
    "manifest.json": (
        "Size and SHA-256 checksum of every other file, by which anybody can see that none was changed."
    ),
}
_RULES = (
    (
        "In CSV an empty cell without quotation marks means that nothing is set; a pair of quotation marks is "
        "an empty text."
    ),
    (
        "A CSV cell of text that starts with <code>=</code>, <code>+</code>, <code>-</code>, <code>@</code> (or "
        "their full-width forms), a tab, a line break or an apostrophe has one apostrophe put before it, because a "
        "spreadsheet might run it as a formula. To have the exact text back, take one apostrophe away from the start "
        "of each cell that has one. Numbers are left as they are, and data.json holds every value unchanged."
    ),
    "Spreadsheets show at most 1,048,576 rows; larger CSV files are complete, but need another program.",
    (
        "This page shortens long cells and shows characters that cannot be printed as symbols; the CSV and "
        "JSON files hold them as they are."
    ),
)


def _footer(heading: Mapping[str, Any]) -> str:
    whose = heading.get("organisation")
    said = f"Prepared by {text(markup.plain(whose))}. " if isinstance(whose, str) and whose else ""
    return f"<footer><p>{said}Keep this archive where only you can read it.</p></footer>"


def _link(name: str) -> str:
    """A link to another member; its characters are safe already, but a name may hold # or %."""
    return f'<a href="{_address(name)}">{text(name)}</a>'


def _address(name: str) -> str:
    return text(name.replace("%", "%25").replace("#", "%23").replace("?", "%3F"))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
