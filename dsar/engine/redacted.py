"""A copy without the passages that were marked: the texts as they are to be read, and what is told of it.

The server reads the changed texts from a setting of the transaction, so that no statement, plan or cache of ours
ever holds one, and every other byte comes the way it always does.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import rfc8785
from django.db import connection
from django.db.models import FileField

from dsar.cases import redacting, wording
from dsar.cases.redaction_models import Redaction
from dsar.cases.states import COPIES
from dsar.contract import compiler, registry
from dsar.engine import readable, sources, stored
from dsar.law import grounds
from dsar.packages.archive import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model

    from dsar.cases.models import Request
    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration
    from dsar.engine.sources import Source

ACTION = "redact"
_SETTING = "dsar.redacted"
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
}
_Texts = dict[str, dict[str, str]]
"""The new texts of one kind of record, by field and row."""


class TextChangedError(RuntimeError):
    """A text was changed after passages of it were marked; nobody knows any more what the marks are about."""


class RedactionsChangedError(RuntimeError):
    """The marks are no longer those that were decided on."""


def steps(request: Request) -> list[dict[str, Any]]:
    """What a plan says of the marks of a request: in which fields, with digests, so that no others are approved."""
    if request.right not in COPIES:
        return []
    found = Redaction.objects.filter(request=request)
    return [
        _step(label, list(marks)) for label, marks in groupby(found, lambda one: one.declaration)
    ]


def _step(label: str, marks: list[Redaction]) -> dict[str, Any]:
    by_field: dict[str, list[Redaction]] = defaultdict(list)
    for one in marks:
        by_field[one.field].append(one)
    title = str(registry.current().get(label).model._meta.verbose_name_plural)
    return {
        "action": ACTION,
        "declaration": label,
        "title": title,
        "fields": {name: f"marked ({_digest(found)[:32]})" for name, found in by_field.items()},
        "reason": f"Passages and files of {title} that are left out or replaced: {len(marks)}.",
    }


def _digest(marks: list[Redaction]) -> str:
    said = [
        [one.row, one.start, one.end, one.text_digest, one.instead_digest, one.grounds]
        for one in marks
    ]
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def planned(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The marks that a plan knows."""
    return [step for step in document["steps"] if step["action"] == ACTION]


def of(request: Request) -> list[Redaction]:
    """The marks that were decided on; raises RedactionsChangedError where there are others by now."""
    decided = planned(request.plan.document)
    if not decided:
        return []
    if steps(request) != decided:
        raise RedactionsChangedError
    return list(Redaction.objects.filter(request=request))


@dataclass(kw_only=True)
class Left:
    """What a copy leaves out of its texts, and which files."""

    request: Request | None = None
    texts: dict[str, _Texts] = field(default_factory=dict)
    marks: list[Redaction] = field(default_factory=list)

    def of_file(self, label: str, name: str, row: str) -> Redaction | None:
        """The mark on a file, if there is one."""
        where = (label, name, row)
        marks = (one for one in self.marks if one.of_file)
        return next((one for one in marks if (one.declaration, one.field, one.row) == where), None)

    def instead(self, mark: Redaction, *, folder: str) -> Iterator[Member]:
        """What the copy holds in a file's place: nothing, or the redacted one."""
        if mark.instead_digest and self.request is not None:
            media_type, content = redacting.replacement(self.request, mark)
            yield Member(name=f"{folder}/redacted{ENDINGS[media_type]}", chunks=[content])

    def told_of(self, label: str) -> dict[str, dict[str, Any]]:
        """What of each field of one kind of record is left out or replaced, how often, and on which grounds."""
        return {
            name: _counted(found)
            | {"grounds": sorted({c for m in found for c in redacting.told(m)})}
            for name, found in _by_field(
                one for one in self.marks if one.declaration == label
            ).items()
        }

    def in_english(self, label: str, name: str) -> str:
        """The same of one field, in words for the page of the copy."""
        found = [one for one in self.marks if (one.declaration, one.field) == (label, name)]
        known = grounds.all_grounds()
        said = sorted(
            {known[code].in_words("en") for one in found for code in one.grounds.values()}
        )
        counts = ", ".join(f"{what}: {number}" for what, number in _counted(found).items())
        return f"Left out, and marked where it stood ({counts}). {' '.join(said)}"

    def in_letter(self, request: Request) -> dict[str, list[str]]:
        """The same of the whole copy, for its letter; nothing where nothing is left out."""
        if not self.marks:
            return {}
        language = request.case.language
        first = [
            wording.sentence(f"redacted_{what}", language=language, count=number)
            for what, number in _counted(self.marks).items()
        ]
        reasons = [
            said for one in self.marks for said in wording.reasons(one.grounds, language=language)
        ]
        return {"redactions": [*first, *dict.fromkeys(reasons)]}


def read(request: Request, marks: Sequence[Redaction], held: Sequence[Source]) -> Left:
    """The marked texts as they stand, in the snapshot of the copy, and as the copy will say them.

    What is gone by now is left out by itself. Raises TextChangedError.
    """
    left = Left(request=request)
    by_label = {source.label: source for source in held}
    for label, found in groupby(marks, lambda one: one.declaration):
        if label in by_label:
            _read_one(request, list(found), by_label[label], left)
    if left.texts:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [_SETTING, json.dumps(left.texts)])
    return left


def _read_one(request: Request, marks: list[Redaction], source: Source, left: Left) -> None:
    model: Any = source.declaration.model
    rows = model._base_manager.filter(pk__in={one.row for one in marks}).select_related()
    by_key = {str(row.pk): row for row in rows}
    columns = {column.name: column for column in source.columns}
    texts: _Texts = defaultdict(dict)
    for (row, name), found in groupby(marks, lambda one: (one.row, one.field)):
        if row in by_key and name in columns:
            there = list(found)
            texts[name][row] = _without(request, there, by_key[row], columns[name])
            left.marks += there
    left.texts[source.label] = texts


def _without(request: Request, marks: list[Redaction], row: Model, column: Column) -> str:
    said = readable.words(row, column)
    field_ = row._meta.get_field(column.name)
    known_by = stored.known_by(field_, said) if isinstance(field_, FileField) else said
    if any(redacting.digest(request, known_by) != one.text_digest for one in marks):
        raise TextChangedError
    is_structured = readable.is_structured(type(row), column)
    return redacting.applied(said, marks, is_structured=is_structured)


def by_server(held: Sequence[Source], left: Left) -> list[Source]:
    """The same sources, whose changed texts the server looks up in the transaction's setting."""
    return [_changed(source, left, _looked_up) for source in held]


def by_python(held: Sequence[Source], left: Left) -> list[Source]:
    """The same for sources that only Python reads; the others as for the server."""
    return [
        _changed(
            source, left, _reading if compiler.needs_python(source.declaration) else _looked_up
        )
        for source in held
    ]


def _changed(source: Source, left: Left, change: Any) -> Source:
    texts = left.texts.get(source.label)
    if not texts:
        return source
    columns = tuple(
        change(source.declaration, column, texts[column.name]) if column.name in texts else column
        for column in source.columns
    )
    return replace(source, columns=columns)


def _looked_up(declaration: Declaration, column: Column, _texts: dict[str, str]) -> Column:
    """The subselect names no row, so that the server reads the setting once a statement."""
    place = " -> ".join(_literal(name) for name in (declaration.label, column.name))
    found = f"(SELECT current_setting('{_SETTING}')::jsonb -> {place}) ->> {compiler.key_column(declaration)}::text"
    if readable.is_structured(declaration.model, column):
        found = f"({found})::jsonb"
        text_sql = f"coalesce({found}::text, {column.text_sql})"
        return replace(
            column, json_sql=f"coalesce({found}, {column.json_sql}::jsonb)", text_sql=text_sql
        )
    return replace(
        column,
        json_sql=f"coalesce({found}, {column.json_sql})",
        text_sql=f"coalesce({found}, {column.text_sql})",
    )


def _literal(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _reading(declaration: Declaration, column: Column, texts: dict[str, str]) -> Column:
    is_structured = readable.is_structured(declaration.model, column)

    def read(row: Any) -> object:
        said = texts.get(str(row.pk))
        if said is None:
            return sources.value(row, column)
        return json.loads(said) if is_structured else said

    treatment: Any = column.treatment
    return replace(column, treatment=replace(treatment, read=read))


def _counted(marks: Iterable[Redaction]) -> dict[str, int]:
    """How many passages are left out, how many files, and how many are replaced; what there is none of is not said."""
    counts = Counter(
        "passages" if not one.of_file else "replaced" if one.instead_digest else "files"
        for one in marks
    )
    return {what: counts[what] for what in ("passages", "files", "replaced") if counts[what]}


def _by_field(marks: Any) -> dict[str, list[Redaction]]:
    found: dict[str, list[Redaction]] = defaultdict(list)
    for one in marks:
        found[one.field].append(one)
    return dict(found)
