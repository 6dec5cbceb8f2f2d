"""What goes into a package, member by member, streamed from one snapshot of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import subjects
from dsar.contract import information, reach
from dsar.contract.schema import schema_of
from dsar.crashpoints import effect
from dsar.engine import (
    annotating,
    discovery,
    few,
    heads,
    leases,
    limited,
    parts,
    redacted,
    skipping,
    sources,
    stored,
)
from dsar.engine.reached import Reached
from dsar.packages import archive, behind, pages, vault
from dsar.packages.archive import Member, Written
from dsar.registers import received

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from dsar.cases.models import Request
    from dsar.cases.redaction_models import Redaction
    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration
    from dsar.engine.annotating import Noted
    from dsar.engine.leases import Lease
    from dsar.engine.sources import Source
    from dsar.packages.models import Package

_Told: TypeAlias = "tuple[str, tuple[tuple[str, str], ...]]"
"""A kind of records, and what is said of a recipient of some; when that was would make each person's their own."""
_Stream: TypeAlias = (
    "Callable[[Sequence[Source], object], Iterator[tuple[Source, Iterator[bytes]]]]"
)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Which part of what is held a package shows."""

    kind: str
    wanted: Callable[[Declaration, Column], bool]
    with_files: bool
    with_schema: bool
    leave_out: Callable[[Declaration], bool]


def _all(_declaration: Declaration, _column: Column) -> bool:
    return True


def _none(_declaration: Declaration) -> bool:
    return False


EVERYTHING = Contents(
    kind="access", wanted=_all, with_files=True, with_schema=False, leave_out=_none
)


@dataclass(kw_only=True)
class Packed:
    """A package that is written and not yet handed over, and what is in it."""

    package: Package
    written: Written
    flushed: Callable[[], None]
    """Waits until the file is on its disk: to be called before anything says that the package is ready."""
    rows: dict[str, int]
    left_out: list[str]
    searched: list[str]
    excluded: list[dict[str, str]]
    information: dict[str, Any]
    redactions: dict[str, list[str]] = field(default_factory=dict)
    """What the letter says of passages that are left out."""
    skipped: dict[str, int] = field(default_factory=dict)
    """Kinds of records that could not be read and were left out by staff, with how many rows there are."""
    found: dict[str, int] = field(default_factory=dict)
    """How many rows there are of every kind, whether it is shown or not."""


def pack(lease: Lease, *, contents: Contents) -> Packed:
    """Seal a package under a key of its own. Nothing of it is readable before the answer says it is ready.

    A crash in here leaves a sealed file nobody has a use for; the next attempt abandons it and begins again.
    """
    package = lease.begun or _begin_behind_fence(lease, contents)
    request = lease.request or leases.read(lease)
    marks = redacted.of(request)
    return fill(package, request, contents=contents, marks=marks, reached=lease.reached)


def fill(
    package: Package,
    request: Request,
    *,
    contents: Contents,
    marks: Sequence[Redaction] = (),
    reached: Reached | None = None,
) -> Packed:
    """Write everything of one moment into a package that was begun; the request comes with its plan.

    `marks` are the passages that are left out; `reached` is told how much has been read.
    """
    with sources.snapshot(), vault.writing(package, flushed=False) as to:
        reading = _Reading(
            request=request,
            contents=contents,
            at=timezone.now(),
            marks=marks,
            reached=reached or Reached(),
        )
        write = behind.write if _is_large(request) else archive.write
        written = write(reading.members(), to=to, recipient=vault.recipient(package), at=reading.at)
    return Packed(
        package=package,
        written=written,
        flushed=vault.flushing(package),
        rows=reading.counts,
        left_out=reading.left_out,
        searched=reading.searched,
        excluded=reading.excluded,
        information=reading.notice.said,
        redactions=reading.left.in_letter(request),
        skipped=reading.skipped,
        found=reading.found,
    )


def _is_large(request: Request) -> bool:
    """Whether compressing is worth a thread of its own."""
    planned: int = sum(step.get("expected", 0) for step in request.plan.document["steps"])
    most: int = conf.get("LARGE_ROWS")
    return planned > most


def begin(request: Request, *, contents: Contents, aside: bool = False) -> Package:
    """Make the package's row and key; in the transaction that claims the request, or behind a fence."""
    filename = f"{request.case.reference}-{contents.kind}.zip"
    return vault.begin(request.pk, filename=filename, aside=aside)


def _begin_behind_fence(lease: Lease, contents: Contents) -> Package:
    with effect("package.begin_again"), transaction.atomic():
        return begin(leases.fence(lease), contents=contents)


@dataclass(frozen=True, kw_only=True)
class _Notice:
    """The information about processing in its three forms."""

    said: dict[str, Any]
    as_json: bytes
    as_page: str


@lru_cache(maxsize=64)
def _notice(held: tuple[Declaration, ...], _organisation: str, told: tuple[_Told, ...]) -> _Notice:
    """The same for everybody of whom the same kinds are held, and went to the same: made once."""
    said = information.information(held, received=[(kind, dict(facts)) for kind, facts in told])
    return _Notice(said=said, as_json=_pretty(said), as_page=pages.informing(said))


@dataclass(kw_only=True)
class _Reading:
    """One pass over a person's data; previews are kept for index.html, which comes last."""

    request: Request
    contents: Contents
    at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    previews: dict[str, bytes] = field(default_factory=dict)
    held: list[Declaration] = field(default_factory=list)
    planned: list[Source] = field(default_factory=list)
    few: few.Rows = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    marks: Sequence[Redaction] = ()
    left: redacted.Left = field(default_factory=redacted.Left)
    read_as: list[Source] = field(default_factory=list)
    """What is planned, in whose columns the marked passages are missing."""
    noted: dict[str, list[Noted]] = field(default_factory=dict)
    """What the person disputes, by declaration: it stands beside the values."""
    limits: limited.Limits = field(default_factory=limited.Limits)
    reached: Reached

    @cached_property
    def notice(self) -> _Notice:
        """What the person is told about the kinds of data that are held."""
        received_by = received.of(self.person, declarations=self.held)
        told = tuple((one.declaration, tuple(one.facts.items())) for one in received_by)
        return _notice(tuple(self.held), json.dumps(conf.get("ORGANISATION")), told)

    @cached_property
    def excluded(self) -> list[dict[str, str]]:
        """What is left out of the copy, and why."""
        return _excluded(self.planned, self.left_out, self.skipped)

    @cached_property
    def person(self) -> object:
        """The person whose data this is."""
        return subjects.of(self.request.case)

    def members(self) -> Iterator[Member]:
        """The archive's members in the order in which they are written."""
        self._discover()
        yield Member(name="data.json", chunks=self._data())
        yield from self._tables()
        if self.contents.with_files:
            for source in self.planned:
                with parts.part(source.label):
                    yield from stored.members(source.declaration, self.person, left=self.left)
        yield Member(name="information.json", chunks=[self.notice.as_json])
        if self.contents.with_schema:
            yield Member(name="schema.json", chunks=[_pretty(schema_of(self.planned))])
        yield Member(name="index.html", chunks=self._index())

    def _discover(self) -> None:
        declarations = reach.declarations(self.person)
        self.found = counts = discovery.discover(self.person, declarations=declarations)
        self.held = held = [found for found in declarations if counts[found.label]]
        skipped = skipping.skipped(self.request.plan)
        self.skipped = {one.label: counts[one.label] for one in held if one.label in skipped}
        shown = [
            found
            for found in held
            if not self.contents.leave_out(found) and found.label not in skipped
        ]
        self.searched = [found.label for found in declarations]
        self.left_out = [found.label for found in held if found not in shown or not found.released]
        self.planned = sources.plan_sources(shown, counts, wanted=self.contents.wanted)
        self.left = redacted.read(self.request, self.marks, self.planned)
        self.read_as = redacted.by_python(self.planned, self.left)
        every = redacted.by_server(_every(self.contents, tuple(declarations)), self.left)
        self.few = few.read(self.read_as, every, self.person)
        self.counts = {source.label: source.count for source in self.planned}
        if counts.get(annotating.LABEL):
            self.noted = annotating.of(self.person)
        self.limits = limited.of(self.person, counts=counts)

    def _data(self) -> Iterator[bytes]:
        yield heads.of_file(self.request, kind=self.contents.kind, at=self.at)
        separator = b"\n"
        for source, blocks in self._rows(0, sources.rows_as_json):
            yield separator + self._opened(source)
            yield from self._without_first_comma(source, blocks)
            yield b"]}"
            separator = b",\n"
        yield b"\n]}\n"

    def _opened(self, source: Source) -> bytes:
        left = self.left.told_of(source.label)
        return heads.of_table(
            source, self._beside(source), left, since=self.limits.since(source.declaration)
        )

    def _beside(self, source: Source) -> list[Noted]:
        """What is noted beside the columns that are shown of a table."""
        return annotating.shown(
            self.noted, source.declaration, (column.name for column in source.columns)
        )

    def _rows(self, form: int, stream: _Stream) -> Iterator[tuple[Source, Iterator[bytes]]]:
        """First what was read at once, as JSON (0) or CSV (1); then the streams of everything else."""
        for source in self.read_as:
            if source.label in self.few:
                yield source, iter([self.few[source.label][form]])
        many = [one for one in self.read_as if one.label not in self.few]
        # Each row is read twice, for JSON and for CSV.
        whole = 2 * sum(self.counts.values())
        for source, blocks in stream(many, self.person):
            yield source, self.reached.counted(blocks, whole=whole)

    def _without_first_comma(self, source: Source, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Every row comes with a comma before it; the first one's goes. The first block is the preview."""
        first = next(blocks, b"")
        self.previews[source.label] = first[1:]
        yield first[1:]
        yield from blocks

    def _tables(self) -> Iterator[Member]:
        for source, blocks in self._rows(1, sources.rows_as_csv):
            yield Member(name=_csv_name(source), chunks=_with_heading(source, blocks))

    def _index(self) -> Iterable[bytes]:
        return pages.index(
            heading={
                "reference": self.request.case.reference,
                "kind": self.contents.kind,
                "snapshot_at": self.at.isoformat(),
                "organisation": conf.get("ORGANISATION"),
            },
            information=self.notice.as_page,
            tables=(self._page_table(source) for source in self.planned),
            excluded=[*self.excluded, *self._passages()],
        )

    def _passages(self) -> list[dict[str, str]]:
        """What the page says of passages that are left out; the letter says it in its own language."""
        return [
            {"what": f"{source.label}.{name}", "why": self.left.in_english(source.label, name)}
            for source in self.planned
            for name in self.left.told_of(source.label)
        ]

    def _page_table(self, source: Source) -> pages.Table:
        meta = source.declaration.model._meta
        return pages.Table(
            label=source.label,
            title=str(meta.verbose_name_plural).capitalize(),
            purpose=source.declaration.describe,
            columns=[(column.name, _category(column)) for column in source.columns],
            total=source.count,
            rows=_rows(self.previews.get(source.label, b"")),
            csv_name=_csv_name(source),
            noted=[
                *self.limits.sentences(source.declaration),
                *(annotating.sentence(one) for one in self._beside(source)),
            ],
        )


@lru_cache(maxsize=8)
def _every(contents: Contents, declarations: tuple[Declaration, ...]) -> tuple[Source, ...]:
    """The sources of somebody who holds something of every kind."""
    shown = [one for one in declarations if not contents.leave_out(one)]
    counts = {one.label: 1 for one in shown}
    return tuple(sources.plan_sources(shown, counts, wanted=contents.wanted))


def _rows(preview: bytes) -> list[dict[str, Any]]:
    if not preview:
        return []
    rows = json.loads(b"[" + preview.rstrip(b"\n") + b"]")
    return cast("list[dict[str, Any]]", rows[: conf.get("PREVIEW_ROWS")])


def _category(column: Column) -> str:
    return str(getattr(column.treatment, "category", ""))


def _csv_name(source: Source) -> str:
    return f"csv/{source.label.replace(':', '-')}.csv"


def _with_heading(source: Source, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield sources.heading(source)
    yield from blocks


def _excluded(
    planned: list[Source], left_out: list[str], skipped: Collection[str]
) -> list[dict[str, str]]:
    fields = [
        {"what": f"{source.label}.{name}", "why": why}
        for source in planned
        for name, why in sources.withheld(source.declaration).items()
    ]
    kinds = [
        {
            "what": label,
            "why": "could not be read" if label in skipped else "not part of this answer",
        }
        for label in left_out
    ]
    return [*fields, *kinds]


def _pretty(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"
