"""The statements that read the ledger for an export; the server does the joining, the ordering and the JSON.

Each reads the sealed entries only, so that what is exported lies under one checkpoint. Cases stand in the order in
which they were first filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from dsar.audit.models import Export
from dsar.cases import deadlines

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

_AT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_LINES: Final = "TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
# Quote and delimiter are letters that JSON escapes, so that no cell is ever quoted.
_CASES: Final = """
WITH filed AS MATERIALIZED (
    SELECT entry.request, entry.canonical::jsonb #>> '{detail,case}' AS "case", leaf.index,
        coalesce(entry.canonical::jsonb #>> '{detail,received}', entry.at)::timestamptz AS received
    FROM dsar_ledger_entry entry JOIN dsar_ledger_leaf leaf ON leaf.entry = entry.id
    WHERE leaf.index < %(size)s AND (entry.tag IN ('request.submitted', 'enquiry.filed')
        OR entry.tag = 'request.reopened' AND entry.canonical::jsonb #> '{detail,of}' IS NOT NULL)
), closed AS MATERIALIZED (
    SELECT DISTINCT entry.request FROM dsar_ledger_entry entry
    WHERE %(by_closing)s AND entry.tag IN ('request.closed', 'request.withdrawn', 'enquiry.answered')
        AND entry.at COLLATE "C" >= %(first)s AND entry.at COLLATE "C" < %(end)s
), cases AS MATERIALIZED (
    SELECT filed."case", min(filed.index) AS first FROM filed
    LEFT JOIN closed ON closed.request = filed.request
    WHERE %(one)s::text IS NULL OR filed."case" = %(one)s
    GROUP BY filed."case"
    HAVING bool_or(CASE WHEN %(by_closing)s THEN closed.request IS NOT NULL
        ELSE filed.received >= %(first)s::timestamptz AND filed.received < %(end)s::timestamptz END)
), told AS (
    SELECT coalesce(filed."case", entry.canonical::jsonb #>> '{detail,case}') AS "case",
        leaf.index, leaf.hash, entry.id, entry.canonical
    FROM dsar_ledger_leaf leaf LEFT JOIN dsar_ledger_entry entry ON entry.id = leaf.entry
    LEFT JOIN filed ON filed.request = entry.request
    WHERE leaf.index < %(size)s
)
"""
_HISTORY: Final = f"""{_CASES}
SELECT '["' || cases."case" || '","' || encode(told.hash, 'hex') || '",' || to_json(told.canonical) || ']'
FROM told JOIN cases ON cases."case" = told."case" ORDER BY cases.first, told.index
"""
_ENTRIES: Final = f"""{_CASES}
SELECT '{{"index":' || told.index || ',"hash":"' || encode(told.hash, 'hex') || '","entry":'
    || coalesce(CASE WHEN told.index >= %(window_first)s AND told.index < %(window_end)s
        OR cases."case" IS NOT NULL THEN to_json(told.canonical)::text END, 'null') || '}}'
FROM told LEFT JOIN cases ON cases."case" = told."case" ORDER BY told.index
"""
_CHECKPOINTS: Final = """
SELECT json_build_object('size', size, 'note', note)::text FROM dsar_ledger_checkpoint
WHERE size <= %(size)s ORDER BY size
"""
_WINDOW: Final = """
SELECT coalesce(min(leaf.index) FILTER (WHERE entry.at COLLATE "C" >= %(first)s), %(size)s),
    coalesce(max(leaf.index) FILTER (WHERE entry.at COLLATE "C" < %(end)s) + 1, 0)
FROM dsar_ledger_leaf leaf JOIN dsar_ledger_entry entry ON entry.id = leaf.entry
WHERE leaf.index < %(size)s
"""
_POLICIES: Final = """
SELECT entry.canonical::jsonb #>> '{detail,effective}', entry.canonical::jsonb #>> '{detail,version}'
FROM dsar_ledger_entry entry JOIN dsar_ledger_leaf leaf ON leaf.entry = entry.id
WHERE entry.tag = 'policy.published' AND leaf.index < %(size)s ORDER BY leaf.index
"""
_EVIDENCE: Final = f"""{_CASES}
SELECT told.index, told.id, told.canonical FROM told
LEFT JOIN cases ON cases."case" = told."case" LEFT JOIN dsar_ledger_entry entry ON entry.id = told.id
WHERE cases."case" IS NOT NULL OR entry.tag = 'policy.published' ORDER BY told.index
"""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which part of the ledger an export shows in full. Times are UTC texts as in the entries."""

    size: int
    first: str
    end: str
    by: str
    case: str | None
    window: tuple[int, int] = (0, 0)

    @property
    def _values(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "first": self.first,
            "end": self.end,
            "by_closing": self.by == Export.By.CLOSED,
            "one": self.case,
            "window_first": self.window[0],
            "window_end": self.window[1],
        }

    def history(self) -> str:
        """A line an entry of a case that is shown: its case, its hash, its text."""
        return _copy(_HISTORY, self._values)

    def entries(self) -> str:
        """A line an index of the tree: its hash, and its text where it is shown."""
        return _copy(_ENTRIES, self._values)

    def checkpoints(self) -> str:
        """A line a signed checkpoint, up to the one that the export stands on."""
        return _copy(_CHECKPOINTS, self._values)

    def policies(self) -> list[tuple[str, str]]:
        """From which day each published version of the privacy policy applies."""
        return _rows(_POLICIES, self._values)

    def evidence(self) -> list[tuple[int, int, str]]:
        """Index, id and text of each entry that one case's row is told from."""
        return _rows(_EVIDENCE, self._values)


def scope(export: Export, *, size: int) -> Scope:
    """What an export shows of the first `size` entries."""
    first = _midnight(export.first_day) if export.first_day else "0001-01-01T00:00:00.000000Z"
    after = export.last_day + timedelta(days=1) if export.last_day else None
    end = _midnight(after) if after else "9999-01-01T00:00:00.000000Z"
    case = _case_of(export.request_reference, size=size) if export.request_reference else None
    values = {"size": size, "first": first, "end": end}
    whole = export.first_day is None and export.last_day is None
    window = (0, size) if whole else _rows(_WINDOW, values)[0]
    return Scope(size=size, first=first, end=end, by=export.by, case=case, window=window)


def _case_of(request: UUID, *, size: int) -> str:
    found = _rows(
        "SELECT entry.canonical::jsonb #>> '{detail,case}' FROM dsar_ledger_entry entry"
        " JOIN dsar_ledger_leaf leaf ON leaf.entry = entry.id AND leaf.index < %(size)s"
        " WHERE entry.request = %(request)s AND entry.tag IN ('request.submitted', 'request.reopened', 'enquiry.filed')"
        " ORDER BY entry.id LIMIT 1",
        {"size": size, "request": str(request)},
    )
    return str(found[0][0]) if found else ""


def _midnight(day: date) -> str:
    begins = datetime.combine(day, time(), deadlines.zone())
    return begins.astimezone(UTC).strftime(_AT)


def _copy(statement: str, values: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        return f"COPY ({cursor.mogrify(statement, values)}) {_LINES}"


def _rows(statement: str, values: dict[str, Any]) -> list[tuple]:  # type: ignore[type-arg]  # as the statement says.
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
