"""The stored files that a copy will hold, for the reviewer who decides which are left out or replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import FileField

from dsar.cases.redacting import Text
from dsar.cases.redaction_models import Redaction
from dsar.engine import stored, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration
    from dsar.engine.sources import Source


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One stored file: where, what it is called, how large, and the mark on it. No size: the storage lacks it."""

    text: Text
    size: int | None
    mark: Redaction | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records' files; `after` is the key to go on from, empty at the end."""

    kept: list[Kept]
    after: str


def is_file(declaration: Declaration, column: Column) -> bool:
    """Whether a field names a stored file."""
    try:
        field = declaration.model._meta.get_field(column.name)
    except FieldDoesNotExist:
        return False
    return isinstance(field, FileField)


def kinds(request: Request) -> list[Source]:
    """The kinds of records of the copy that have files."""
    return texts.kinds(request, fitting=is_file)


def page(request: Request, source: Source, *, after: str, actor: Actor) -> Page:
    """Some records' files, in the order of their keys; that somebody looked is recorded.

    Raises ValueError for a key that is none.
    """
    rows = list(texts.rows_of(request, source, after=after)[: texts.PAGE + 1])
    shown = rows[: texts.PAGE]
    keys = [str(row.pk) for row in shown]
    marks = Redaction.objects.filter(
        request=request, declaration=source.label, row__in=keys, of_file=True
    )
    by_file = {(one.row, one.field): one for one in marks.select_related("made_by", "seen_by")}
    kept = [
        Kept(text=text, size=_size(row, text), mark=by_file.get((text.row, text.field)))
        for row in shown
        for text in _named(source, row)
    ]
    texts.witness(request, source, texts=len(kept), actor=actor)
    more = len(rows) > texts.PAGE
    return Page(kept=kept, after=keys[-1] if more else "")


def find(request: Request, *, label: str, row: str, field: str) -> Text | None:
    """One file of the copy, with what it is recognised by; None where the copy holds no such file."""
    source = next((one for one in kinds(request) if one.label == label), None)
    found = texts.one_of(request, source, row=row) if source else None
    if source is None or found is None:
        return None
    named = next((one for one in _named(source, found) if one.field == field), None)
    if named is None:
        return None
    file: Any = found._meta.get_field(field)
    return Text(**vars(named) | {"file": stored.known_by(file, named.words)})


def read(request: Request, text: Text, *, actor: Actor) -> Iterator[bytes] | None:
    """A file's bytes, for the reviewer; that somebody looked is recorded. None where the storage lacks it."""
    source = next(one for one in kinds(request) if one.label == text.declaration)
    field: Any = source.declaration.model._meta.get_field(text.field)
    if not field.storage.exists(text.words):
        return None
    texts.witness(request, source, texts=1, actor=actor)
    return stored.chunks(field, text.words)


def _named(source: Source, row: Any) -> Iterator[Text]:
    """The row's files, each with the words that name it."""
    for column in source.columns:
        name = getattr(row, column.name).name
        if name:
            yield Text(
                declaration=source.label,
                row=str(row.pk),
                field=column.name,
                words=name,
                own=texts.is_own(column),
            )


def _size(row: Any, text: Text) -> int | None:
    file = getattr(row, text.field)
    return file.size if file.storage.exists(file.name) else None
