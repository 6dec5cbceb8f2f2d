"""Whatever is changed, removed, added or put elsewhere, in the export or in the database, is refused and named."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from dsar.audit.members import Contents
from dsar.audit.verify_export import Refused, verify
from dsar.ledger import notes, sealing
from dsar.ledger.models import Checkpoint
from tests import faces
from tests.audit.altering import altered, lines
from tests.ledger.forging import forge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from tests.testapp.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filed(cast: Cast) -> None:
    """Three requests in two cases, carried out."""
    faces.file(cast.alice, "access", "portability")
    faces.file(cast.bob, "access")
    faces.work()


@pytest.fixture
def path(filed: None, taken: Callable[..., Path]) -> Path:
    """The whole history, as it was exported."""
    return taken(seed="2026", sample_size=2)


def swapped(found: list[bytes]) -> list[bytes]:
    return [found[0], found[2], found[1], *found[3:]]


ROWS = {
    "changed": lambda found: [*found[:2], found[2].replace(b"customer", b"visitor"), *found[3:]],
    "removed": lambda found: [*found[:2], *found[3:]],
    "added": lambda found: [*found, found[-1]],
    "reordered": swapped,
}
ENTRIES = {
    "changed": lambda found: [*found[:4], found[4].replace(b'\\"v\\":1', b'\\"v\\":2'), *found[5:]],
    "removed": lambda found: [*found[:4], *found[5:]],
    "cut": lambda found: found[:-1],
    "added": lambda found: [*found, found[-1].replace(b'"index":', b'"index":1')],
    "reordered": swapped,
    "hidden": lambda found: [
        *found[:4],
        json.dumps(json.loads(found[4]) | {"entry": None}).encode() + b"\n",
        *found[5:],
    ],
}


@pytest.mark.parametrize("how", ROWS)
@pytest.mark.parametrize("name", ["history.csv", "history.jsonl"])
def test_a_row_of_the_history(path: Path, keys: list[str], name: str, how: str) -> None:
    assert verify(path, keys)[1] == 3
    with pytest.raises(Refused, match=rf"{name}, row \d \(DSR-.* is not what the entries say"):
        verify(altered(path, name, lines(ROWS[how])), keys)


@pytest.mark.parametrize("how", ENTRIES)
def test_an_entry_of_the_export(path: Path, keys: list[str], how: str) -> None:
    with pytest.raises(Refused, match=r"Entry \d+|The entries do not make up"):
        verify(altered(path, "entries.jsonl", lines(ENTRIES[how])), keys)


def test_a_cell_of_the_workbook(path: Path, keys: list[str]) -> None:
    def rewritten(_content: bytes) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(path) as archive:
            told = [json.loads(line) for line in archive.read("history.jsonl").splitlines()]
        told[1]["outcome"] = "refused"
        with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
            sheet: Any = book.add_worksheet()
            for place, row in enumerate([dict(zip(told[0], told[0], strict=True)), *told]):
                for column, text in enumerate(row.values()):
                    sheet.write_string(place, column, text)
        return written.getvalue()

    with pytest.raises(Refused, match=r"history\.xlsx, row"):
        verify(altered(path, "history.xlsx", rewritten), keys)


def test_the_sample(path: Path, keys: list[str]) -> None:
    with pytest.raises(Refused, match=r"sample\.csv"):
        verify(altered(path, "sample.csv", lines(swapped)), keys)


def test_a_narrower_period_than_was_asked(path: Path, keys: list[str]) -> None:
    def narrowed(content: bytes) -> bytes:
        return content.replace(b'"first_day": null', b'"first_day": "2099-01-01"')

    with pytest.raises(Refused, match="row 1"):
        verify(altered(path, "scope.json", narrowed), keys)


def test_a_file_that_the_manifest_does_not_name(path: Path, keys: list[str]) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", "x")
    with pytest.raises(Refused, match=r"more\.csv"):
        verify(path, keys)


def test_a_checkpoint_of_another_key(path: Path) -> None:
    other = notes.generate("test.example/ledger")
    with pytest.raises(Refused, match="none of the keys"):
        verify(path, [str(other.verifier)])


def test_an_entry_changed_in_the_database(
    filed: None, taken: Callable[..., Path], keys: list[str]
) -> None:
    sealing.seal()
    forge(
        "UPDATE dsar_ledger_entry SET canonical = replace(canonical, 'fulfilled', 'refused')"
        " WHERE id = (SELECT max(id) FROM dsar_ledger_entry WHERE tag = 'request.closed')",
    )
    with pytest.raises(
        Refused, match=r"Entry \d+ is not the one that was sealed: .*request\.closed"
    ):
        verify(taken(), keys)


def test_an_entry_changed_with_its_leaf(
    filed: None, taken: Callable[..., Path], keys: list[str]
) -> None:
    """The tree is another then; the checkpoints that were signed say between which sizes."""
    sealing.seal()
    size = Checkpoint.objects.latest("size").size
    forge(
        "WITH changed AS (UPDATE dsar_ledger_entry"
        " SET canonical = replace(canonical, 'fulfilled', 'refused')"
        " WHERE id = (SELECT max(id) FROM dsar_ledger_entry WHERE tag = 'request.closed')"
        " RETURNING id, canonical) UPDATE dsar_ledger_leaf leaf"
        r" SET hash = sha256('\x00'::bytea || convert_to(changed.canonical, 'UTF8'))"
        " FROM changed WHERE leaf.entry = changed.id",
    )
    with pytest.raises(
        Refused, match=rf"Entries \d+ to {size - 1} are not what was signed at {size}"
    ):
        verify(taken(), keys)


def test_a_case_dropped_from_the_database(
    filed: None, taken: Callable[..., Path], keys: list[str]
) -> None:
    sealing.seal()
    forge(
        "DELETE FROM dsar_ledger_entry WHERE tag LIKE 'request.%%' AND request ="
        " (SELECT request FROM dsar_ledger_entry WHERE tag = 'request.submitted' ORDER BY id LIMIT 1)",
    )
    with pytest.raises(Refused, match=r"Entry \d+ lies in the period, and its text is not shown"):
        verify(taken(), keys)


def test_a_history_that_was_written_and_signed_anew(
    cast: Cast, taken: Callable[..., Path], keys: list[str], settings: Settings
) -> None:
    """Whoever has the signing key can sign another history; the checkpoint of last year does not fit it."""
    faces.file(cast.alice, "access")
    sealing.seal()
    last_year = Checkpoint.objects.latest("size").note
    faces.file(cast.bob, "access")
    assert verify(taken(), keys, last_year)[1] == 2
    forge("DELETE FROM dsar_ledger_leaf")
    forge("DELETE FROM dsar_ledger_checkpoint")
    forge("DELETE FROM dsar_ledger_node")
    forge(
        "DELETE FROM dsar_ledger_entry WHERE tag = 'request.submitted'"
        " AND id = (SELECT min(id) FROM dsar_ledger_entry WHERE tag = 'request.submitted')",
    )
    forge("DELETE FROM dsar_ledger_unsealed")
    forge("INSERT INTO dsar_ledger_unsealed (entry) SELECT id FROM dsar_ledger_entry")
    path = taken()
    assert verify(path, keys)[1] == 1
    with pytest.raises(Refused, match="are not those of your earlier checkpoint"):
        verify(path, keys, last_year)


def test_rows_that_are_told_otherwise_by_the_writer(
    filed: None, taken: Callable[..., Path], keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verifier tells the rows by itself: an exporter that leaves a case out is found out."""
    told = Contents.told

    def fewer(self: Contents) -> Any:
        return (row for row in told(self) if row.row["item_no"] == "1")

    monkeypatch.setattr(Contents, "told", fewer)
    with pytest.raises(Refused, match=r"row 2 .*is not what the entries say"):
        verify(taken(), keys)
