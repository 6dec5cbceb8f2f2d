"""Read a person's rows as JSON and as CSV: the server writes the bytes, Python only passes them on.

All tables but the largest come in one UNION ALL a format; each large one (by discovery's count) in a COPY of its
own. COPY's text format would double backslashes, so everything comes in csv format with control characters for
quote and delimiter, which JSON text can never contain.
"""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models.fields.files import FieldFile

from dsar import conf
from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.engine import parts
from dsar.packages import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.db.models import Model

    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration

_BYTES_A_BLOCK = 1 << 16
_DELIMITER = b"\x02"
_QUOTE = b"\x01"


class TagReappearedError(RuntimeError):
    """The server returned a table's rows in two places; the reading was stopped rather than mixed up."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One declaration as it is read: which columns, how many rows discovery counted."""

    declaration: Declaration
    columns: tuple[Column, ...]
    count: int

    @property
    def label(self) -> str:
        """The declaration's label."""
        return self.declaration.label


def plan_sources(
    declarations: Sequence[Declaration],
    counts: dict[str, int],
    *,
    wanted: Callable[[Declaration, Column], bool] | None = None,
) -> list[Source]:
    """The sources that hold something, in label order, with the columns that are wanted."""
    found = []
    for declaration in declarations:
        columns = tuple(
            column
            for column in compiler.released_columns(declaration)
            if wanted is None or wanted(declaration, column)
        )
        if counts.get(declaration.label) and columns and declaration.released:
            found.append(
                Source(declaration=declaration, columns=columns, count=counts[declaration.label])
            )
    return found


@lru_cache(maxsize=1024)
def withheld(declaration: Declaration) -> dict[str, str]:
    """Fields that are held and not shown, and why."""
    return {
        name.name: "secret" if type(treatment).__name__ == "Secret" else "about somebody else"
        for name, treatment in compiler.fields_of(declaration)
        if not compiler.is_released(treatment)
    }


@contextmanager
def snapshot() -> Iterator[None]:
    """One unchanging view of the database, in which every format of every table is read.

    Time zone and date style are pinned, and no parallel worker may shuffle the order of a UNION ALL. Stored files
    are streamed while it is open, so it may lie idle for longer than other transactions.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                " SELECT set_config('TimeZone', 'UTC', true),"
                " set_config('DateStyle', 'ISO, YMD', true),"
                " set_config('IntervalStyle', 'iso_8601', true),"
                " set_config('bytea_output', 'hex', true),"
                " set_config('extra_float_digits', '1', true),"
                " set_config('idle_in_transaction_session_timeout', '10min', true),"
                " set_config('max_parallel_workers_per_gather', '0', true)"
            )
        yield


def rows_as_json(
    sources: Sequence[Source], person: object
) -> Iterator[tuple[Source, Iterator[bytes]]]:
    """Each source with its rows as blocks of JSON objects, a comma and a newline between them."""
    yield from _read(sources, person, _json_small, json_copy, _json_in_python)


def rows_as_csv(
    sources: Sequence[Source], person: object
) -> Iterator[tuple[Source, Iterator[bytes]]]:
    """Each source with its rows as blocks of CSV (RFC 4180), without heading line."""
    yield from _read(sources, person, _csv_small, csv_copy, _csv_in_python)


def _read(
    sources: Sequence[Source],
    person: object,
    small: Callable[[tuple[Source, ...]], Fragment],
    large: Callable[[Source], Fragment],
    in_python: Callable[[Source, object], Iterator[bytes]],
) -> Iterator[tuple[Source, Iterator[bytes]]]:
    together = tuple(source for source in sources if _is_small(source))
    if together:
        yield from by_tag(together, _copy(small(together), person))
    for source in sources:
        if compiler.needs_python(source.declaration):
            yield source, _named(source, in_python(source, person))
        elif not _is_small(source):
            yield source, _named(source, _blocks(_copy(large(source), person)))


def _named(source: Source, blocks: Iterator[bytes]) -> Iterator[bytes]:
    with parts.part(source.label):
        yield from blocks


def _is_small(source: Source) -> bool:
    return source.count <= conf.get("LARGE_ROWS") and not compiler.needs_python(source.declaration)


def _copy(statement: Fragment, person: object) -> Iterator[bytes]:
    """A statement's rows, one `bytes` a row, newline included."""
    sql = compiler.literal(statement, person)
    with connection.cursor() as cursor, cursor.copy(sql) as rows:
        for row in rows:
            yield bytes(row)


def by_tag(
    sources: tuple[Source, ...], rows: Iterator[bytes]
) -> Iterator[tuple[Source, Iterator[bytes]]]:
    """Split the rows of a UNION ALL at their leading tag; a source without rows is handed out empty."""
    next_position = 0
    for tag, tagged in groupby(rows, key=_tag):
        position = int(tag)
        if position < next_position:
            raise TagReappearedError
        for empty in sources[next_position:position]:
            yield empty, iter(())
        yield sources[position], _blocks(_payload(row) for row in tagged)
        next_position = position + 1
    for empty in sources[next_position:]:
        yield empty, iter(())


def _tag(row: bytes) -> bytes:
    return row.partition(_DELIMITER)[0]


def _payload(row: bytes) -> bytes:
    """What follows the tag; COPY quotes it where it holds a line break (a CSV line may, JSON never does)."""
    payload = row.partition(_DELIMITER)[2]
    if not payload.startswith(_QUOTE):
        return payload
    return payload[1:-2].replace(_QUOTE + _QUOTE, _QUOTE) + b"\n"


def _blocks(rows: Iterable[bytes]) -> Iterator[bytes]:
    """The rows in blocks of some 64 KiB, so that compressing and hashing pay per block, not per row."""
    block: list[bytes] = []
    size = 0
    for row in rows:
        block.append(row)
        size += len(row)
        if size >= _BYTES_A_BLOCK:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


def _from_where(source: Source) -> Fragment:
    where = compiler.shown_condition(source.declaration)
    return Fragment(
        sql=f" FROM {compiler.table(source.declaration)} WHERE {where.sql}"
        f" ORDER BY {compiler.key_column(source.declaration)}",
        params=where.params,
    )


def json_rows(source: Source) -> Fragment:
    """One JSON object a row, made of the released columns only: `row_to_json(table)` would leak hashes."""
    columns = ", ".join(
        f"{column.json_sql} AS {compiler.quote(column.name)}" for column in source.columns
    )
    rows = _from_where(source)
    return Fragment(sql=f"SELECT {columns}{rows.sql}", params=rows.params)


@lru_cache(maxsize=256)
def _json_small(sources: tuple[Source, ...]) -> Fragment:
    pieces = []
    for position, source in enumerate(sources):
        row = json_rows(source)
        pieces.append(
            Fragment(
                sql=f"SELECT {position}, ',' || row_to_json(r)::text FROM ({row.sql}) r",
                params=row.params,
            )
        )
    return _as_copy(Fragment.join(" UNION ALL ", pieces))


def both(source: Source, position: int) -> Fragment:
    """The table's rows in both formats, each behind the table's position, in key order."""
    objects = ", ".join(
        f"{column.json_sql} AS {compiler.quote(column.name)}" for column in source.columns
    )
    line = " || ',' || ".join(_quoted(column) for column in source.columns)
    rows = _from_where(source)
    return Fragment(
        sql=f"(SELECT {position}, row_to_json((SELECT r FROM (SELECT {objects}) r))::text, {line}{rows.sql})",
        params=rows.params,
    )


def json_copy(source: Source) -> Fragment:
    """The COPY of one table as JSON."""
    row = json_rows(source)
    return _as_copy(
        Fragment(sql=f"SELECT ',' || row_to_json(r)::text FROM ({row.sql}) r", params=row.params)
    )


def _as_copy(query: Fragment) -> Fragment:
    return Fragment(
        sql=f"COPY ({query.sql}) TO STDOUT"
        " WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')",
        params=query.params,
    )


def _cell(column: Column) -> str:
    return cells.guard_sql(column.text_sql) if column.guarded else column.text_sql


@lru_cache(maxsize=256)
def _csv_small(sources: tuple[Source, ...]) -> Fragment:
    """The same cells as `csv_copy` writes, quoted by an expression, since rows of many shapes share a column."""
    pieces = []
    for position, source in enumerate(sources):
        lines = csv_lines(source)
        pieces.append(
            Fragment(sql=f"SELECT {position}, r.line FROM ({lines.sql}) r", params=lines.params)
        )
    return _as_copy(Fragment.join(" UNION ALL ", pieces))


def csv_lines(source: Source) -> Fragment:
    """One CSV line a row, without its line break, in a column named `line`."""
    line = " || ',' || ".join(_quoted(column) for column in source.columns)
    rows = _from_where(source)
    return Fragment(sql=f"SELECT {line} AS line{rows.sql}", params=rows.params)


def _quoted(column: Column) -> str:
    if not column.guarded:
        return f"coalesce({column.text_sql}, '')"
    return f"""coalesce('"' || replace({_cell(column)}, '"', '""') || '"', '')"""


def csv_copy(source: Source) -> Fragment:
    """The COPY of one table as CSV, which the server itself quotes."""
    columns = ", ".join(
        f"{_cell(column)} AS {compiler.quote(column.name)}" for column in source.columns
    )
    forced = ", ".join(compiler.quote(column.name) for column in source.columns if column.guarded)
    rows = _from_where(source)
    force = f", FORCE_QUOTE ({forced})" if forced else ""
    return Fragment(
        sql=f"COPY (SELECT {columns}{rows.sql}) TO STDOUT"
        f" WITH (FORMAT csv, ENCODING 'UTF8'{force})",
        params=rows.params,
    )


def heading(source: Source) -> bytes:
    """A CSV's heading line."""
    return _csv_line([column.name for column in source.columns])


def _csv_line(values: list[str | None]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue().encode()


def _objects(source: Source, person: object) -> Iterator[dict[str, Any]]:
    """Rows whose fields only Python can read, a few thousand at a time."""
    model = source.declaration.model
    sql, params = compiler.shown_condition(source.declaration).bind(person)
    found = model._base_manager.extra(where=[sql], params=params).order_by("pk").select_related()
    # A server-side cursor takes three statements more than a few rows are worth.
    few = source.count <= conf.get("FEW_ROWS")
    for row in found if few else found.iterator(chunk_size=2000):
        yield {column.name: value(row, column) for column in source.columns}


def value(row: Model, column: Column) -> object:
    """What a row says in a column, as only Python can read it."""
    read = compiler.reader(column.treatment)
    if read is not None:
        return read(row)
    field = cast("Any", row._meta.get_field(column.name))
    if field.many_to_many:
        return list(getattr(row, column.name).order_by("pk").values_list("pk", flat=True))
    return _plain(getattr(row, field.attname))


def _plain(value: object) -> object:
    """The value as the server would write it: files by name, bytes in base64."""
    if isinstance(value, FieldFile):
        return value.name or ""
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value


def both_in_python(source: Source, person: object) -> tuple[bytes, bytes]:
    """All rows of a source that only Python can read, in both formats."""
    rows = list(_objects(source, person))
    as_json = b"".join(_json_object(row) for row in rows)
    return as_json, b"".join(_csv_row(row) for row in rows)


def _json_object(row: dict[str, Any]) -> bytes:
    return b"," + json.dumps(row, cls=_AsTheServer, ensure_ascii=False).encode() + b"\n"


def _csv_row(row: dict[str, Any]) -> bytes:
    return _csv_line([_cell_in_python(value) for value in row.values()])


def _json_in_python(source: Source, person: object) -> Iterator[bytes]:
    yield from _blocks(_json_object(row) for row in _objects(source, person))


def _csv_in_python(source: Source, person: object) -> Iterator[bytes]:
    yield from _blocks(_csv_row(row) for row in _objects(source, person))


def _cell_in_python(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return cells.guard(value)
    return json.dumps(value, cls=_AsTheServer, ensure_ascii=False).strip('"')


class _AsTheServer(DjangoJSONEncoder):
    """Values as PostgreSQL writes them: moments keep their microseconds."""

    def default(self, o: object) -> object:
        """Write a moment in UTC with digits for the offset; the rest as Django does."""
        if isinstance(o, datetime):
            return o.astimezone(UTC).isoformat()
        return super().default(o)
