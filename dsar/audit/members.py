"""The files of an export, each a stream: rows as CSV, JSON and XLSX, the sample, and the entries with their proofs."""

from __future__ import annotations

import csv
import hashlib
import heapq
import io
import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import xlsxwriter

from dsar.audit.models import Export
from dsar.audit.rows import COLUMNS, History, Told
from dsar.cases import deadlines
from dsar.engine import copying
from dsar.ledger import proving, reading
from dsar.packages import cells
from dsar.packages.archive import Chunk, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsar.audit.ledger_sql import Scope

FORMAT: Final = "dsar-history/1"
SHEET_ROWS: Final = 1_000_000
"""Rows a sheet of the workbook, whose format ends at 1,048,576; what is beyond goes into a further sheet."""
SAMPLE_COLUMNS: Final = ("rank", "reference", "item_no", "draw")
_BLOCK: Final = 65_536
_README: Final = """This archive holds the history of requests about personal data, and what it takes to check it.

history.csv, history.jsonl   one row a request, told from the entries alone
history.xlsx                 the same as a workbook; further sheets hold what one cannot
sample.csv                   the sample that was drawn with the seed in scope.json
entries.jsonl                the ledger, index by index: its text where it is shown, else its hash
evidence.jsonl               in the evidence of one request, instead: its entries with inclusion proofs
checkpoint.txt               the signed checkpoint that all of it lies under
checkpoints.jsonl            every signed checkpoint before it
scope.json                   what was asked for
manifest.json                size and SHA-256 of every file

Check it with the offline verifier, which comes from outside this archive and needs Python and `cryptography` only:

    python3 verify_export.py THIS.zip --key PUBLIC-KEY --since LAST-YEARS-checkpoint.txt

The public key and the earlier checkpoint come from outside as well: from your own files, not from whoever made this.
Cells that begin with = + - @ or ' have one apostrophe in front, so that no spreadsheet runs them.
"""


class UnreadableEntryError(Exception):
    """An entry cannot be read as the ledger writes them; `manage.py verify_ledger` says which differs."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(kw_only=True)
class Contents:
    """One export's files, read from one moment of the database; counts what it finds on the way."""

    export: Export
    scope: Scope
    at: datetime
    progress: Callable[[int], None]
    """Called with how many entries were read since the last call."""
    rows: int = 0
    sample: list[dict[str, Any]] = field(default_factory=list)

    def members(self) -> Iterator[Member]:
        """The files in order; the rows are told once, and what follows is made from them.

        They wait in a file without a name, which goes with this process.
        """
        yield Member(name="README.txt", chunks=[_README.encode()])
        yield Member(name="scope.json", chunks=[self._said().encode()])
        with tempfile.TemporaryFile() as rows:
            yield Member(name="history.jsonl", chunks=self._jsonl(rows))
            yield Member(name="history.csv", chunks=_csv(rows))
            yield Member(name="history.xlsx", chunks=_xlsx(rows))
        yield Member(name="checkpoint.txt", chunks=[self._checkpoint().encode()])
        if self.scope.case is not None:
            yield Member(name="evidence.jsonl", chunks=self._evidence())
            return
        yield Member(name="sample.csv", chunks=self._sample())
        yield Member(
            name="checkpoints.jsonl", chunks=_copied(self.scope.checkpoints(), read=lambda _: None)
        )
        yield Member(name="entries.jsonl", chunks=_copied(self.scope.entries(), read=self.progress))

    def _said(self) -> str:
        asked, days = self.export, (self.export.first_day, self.export.last_day)
        said = {
            "format": FORMAT,
            "kind": "evidence" if self.scope.case is not None else "history",
            "case": self.scope.case,
            "at": self.at.isoformat(),
            "time_zone": str(deadlines.zone()),
            "by": asked.by,
            "first_day": days[0].isoformat() if days[0] else None,
            "last_day": days[1].isoformat() if days[1] else None,
            "entries": self.scope.size,
            "window": list(self.scope.window),
            "seed": asked.seed,
            "sample_size": asked.sample_size,
            "columns": list(COLUMNS),
        }
        return json.dumps(said, indent=1) + "\n"

    def told(self) -> Iterator[Told]:
        """The requests in the period."""
        policies, zone, now = self.scope.policies(), deadlines.zone(), self.at.isoformat()
        history: History | None = None
        for case, hash_, entry in self._lines():
            if history is None or history.case != case:
                if history is not None:
                    yield from self._in_period(history, now=now)
                history = History(case, policies=policies, zone=zone)
            history.take(entry, hash_=hash_)
        if history is not None:
            yield from self._in_period(history, now=now)

    def _lines(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for block in copying.blocks(self.scope.history()):
            for line in block:
                try:
                    case, hash_, text = json.loads(bytes(line))
                    entry = json.loads(text)
                    entry["detail"], entry["at"], entry["tag"], entry["request"]
                except (ValueError, KeyError, TypeError) as error:
                    raise UnreadableEntryError from error
                yield case, hash_, entry
            self.progress(len(block))

    def _in_period(self, history: History, *, now: str) -> Iterator[Told]:
        for told in history.rows(now=now):
            if self.scope.case is not None or self._is_within(told):
                yield told

    def _is_within(self, told: Told) -> bool:
        first, last = self.export.first_day, self.export.last_day
        moment = told.closed if self.export.by == Export.By.CLOSED else told.received
        if not moment:
            return False
        day = deadlines.day_of(datetime.fromisoformat(moment))
        return (first is None or first <= day) and (last is None or day <= last)

    def _jsonl(self, rows: IO[bytes]) -> Iterator[bytes]:
        drawn: list[tuple[str, dict[str, Any]]] = []
        for told in self.told():
            self.rows += 1
            self._draw(told, drawn)
            line = _json_line(told.row)
            rows.write(line)
            yield line
        ranked = sorted(drawn, key=lambda one: one[0], reverse=True)
        self.sample = [one | {"rank": rank} for rank, (_, one) in enumerate(ranked, 1)]

    def _draw(self, told: Told, drawn: list[tuple[str, dict[str, Any]]]) -> None:
        """Keep the smallest draws: SHA-256 over seed, reference and number, so that the seed alone decides."""
        reference, number = told.row["reference"], told.row["item_no"]
        draw = draw_of(self.export.seed, reference, number)
        one = {"reference": reference, "item_no": number, "draw": draw, "request": told.request}
        one["right"] = told.row["right"]
        # A heap gives away its smallest: turned round, the draw that is largest.
        turned = draw.translate(_TURN)
        if len(drawn) < self.export.sample_size:
            heapq.heappush(drawn, (turned, one))
        elif drawn and turned > drawn[0][0]:
            heapq.heapreplace(drawn, (turned, one))

    def _sample(self) -> Iterator[bytes]:
        yield csv_line(SAMPLE_COLUMNS).encode()
        for one in self.sample:
            yield csv_line([str(one[name]) for name in SAMPLE_COLUMNS]).encode()

    def _checkpoint(self) -> str:
        return reading.note(self.scope.size)

    def _evidence(self) -> Iterator[bytes]:
        found = self.scope.evidence()
        for one in proving.proved(found, size=self.scope.size):
            self.progress(1)
            said = {
                "index": one.inclusion.index,
                "hash": proving.leaf_hash(one).hex(),
                "entry": one.canonical,
                "proof": [hash_.hex() for hash_ in one.inclusion.hashes],
            }
            yield _json_line(said)


_TURN = str.maketrans("0123456789abcdef", "fedcba9876543210")


def draw_of(seed: str, reference: str, item_no: str) -> str:
    """The draw of one request in hex: whoever has the seed draws the same; the smallest make the sample."""
    return hashlib.sha256(f"{seed}\n{reference}\n{item_no}".encode()).hexdigest()


def _again(rows: IO[bytes]) -> Iterator[dict[str, str]]:
    rows.seek(0)
    yield from map(json.loads, rows)


def _csv(rows: IO[bytes]) -> Iterator[bytes]:
    yield csv_line(COLUMNS).encode()
    for row in _again(rows):
        yield csv_line(row.values()).encode()


def _xlsx(rows: IO[bytes]) -> Iterator[bytes]:
    """The workbook, written row by row into a file that only this process may read, and that goes at once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.xlsx"
        options = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": folder}
        with xlsxwriter.Workbook(path, options) as book:
            _sheets(book, _again(rows))
        with path.open("rb") as file:
            while chunk := file.read(_BLOCK):
                yield chunk


def _sheets(book: xlsxwriter.Workbook, rows: Iterator[dict[str, str]]) -> None:
    sheet = _sheet(book)
    for number, row in enumerate(rows):
        place = number % SHEET_ROWS
        if number and place == 0:
            sheet = _sheet(book)
        for column, cell in enumerate(row.values()):
            if cell:
                sheet.write_string(place + 1, column, cell)


def _sheet(book: xlsxwriter.Workbook) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name)
    return sheet


def _json_line(said: dict[str, Any]) -> bytes:
    return (json.dumps(said, separators=(",", ":")) + "\n").encode()


def csv_line(values: Iterable[str]) -> str:
    """A line of CSV (RFC 4180) of which no spreadsheet runs a cell."""
    written = io.StringIO()
    csv.writer(written).writerow(map(cells.guard, values))
    return written.getvalue()


def _copied(statement: str, *, read: Callable[[int], None]) -> Iterator[Chunk]:
    """A line a row, as COPY writes it; `read` is told how many there were."""
    for block in copying.blocks(statement):
        yield from block
        read(len(block))
