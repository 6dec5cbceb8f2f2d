"""The free texts that a copy will hold, for the reviewer who decides what of them is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CharField, JSONField, TextField

from dsar.cases import redacting, subjects
from dsar.cases.redacting import Text
from dsar.cases.redaction_models import Redaction
from dsar.contract import compiler, reach
from dsar.contract.vocabulary import Category, Origin
from dsar.engine import discovery, readable, sources
from dsar.engine.execution import PACKED
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration
    from dsar.engine.sources import Source

PAGE = 25
"""So many records are shown at a time."""
_TOLD = frozenset({Category.COMMUNICATION, Category.OPINION})
_GIVEN = frozenset({Origin.PROVIDED})
"""Of what is said of files, only their names are somebody's own words."""
_OWN = frozenset({Origin.PROVIDED, Origin.OBSERVED})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One text with the marks in it; `stale` are marks of a text that was changed since."""

    text: Text
    marks: list[Redaction]
    stale: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records of one kind; `after` is the key to go on from, empty at the end."""

    shown: list[Shown]
    after: str


def is_free(declaration: Declaration, column: Column) -> bool:
    """Whether a field holds what people wrote in their own words, as far as its declaration says."""
    category = getattr(column.treatment, "category", None)
    try:
        field = declaration.model._meta.get_field(column.name)
    except FieldDoesNotExist:
        return False
    if getattr(field, "choices", None) or category is None:
        return False
    if isinstance(field, TextField | JSONField):
        return True
    readable = isinstance(field, CharField) or compiler.reader(column.treatment) is not None
    named = category is Category.FILE and getattr(column.treatment, "origin", None) in _GIVEN
    return readable and (category in _TOLD or named)


def kinds(
    request: Request, *, fitting: Callable[[Declaration, Column], bool] = is_free
) -> list[Source]:
    """The kinds of records of the copy that have fitting fields, with those columns and how many rows there are."""
    contents = PACKED[request.right]
    person = subjects.of(request.case)
    declarations = reach.declarations(person)
    counts = discovery.discover(person, declarations=declarations)
    shown = [one for one in declarations if not contents.leave_out(one)]
    return sources.plan_sources(
        shown,
        counts,
        wanted=lambda one, column: contents.wanted(one, column) and fitting(one, column),
    )


def page(request: Request, source: Source, *, after: str, actor: Actor) -> Page:
    """Some records' texts, in the order of their keys; that somebody looked is recorded (R192).

    Raises ValueError for a key that is none.
    """
    rows = list(rows_of(request, source, after=after)[: PAGE + 1])
    shown = list(_shown(request, source, rows[:PAGE]))
    witness(request, source, texts=len(shown), actor=actor)
    return Page(shown=shown, after=str(rows[PAGE - 1].pk) if len(rows) > PAGE else "")


def witness(request: Request, source: Source, *, texts: int, actor: Actor) -> None:
    """Record that somebody looked at so many texts or files."""
    log.append(
        Tag.TEXTS_VIEWED,
        request=request.pk,
        declaration=source.label,
        texts=texts,
        **actor.witnessed(request.case),
    )


def find(request: Request, *, label: str, row: str, field: str) -> Text | None:
    """One text of the copy; None where the copy holds no such text."""
    source = next((one for one in kinds(request) if one.label == label), None)
    found = one_of(request, source, row=row) if source else None
    if source is None or found is None:
        return None
    texts = _texts(source, found)
    return next((text for text in texts if text.field == field), None)


def is_own(column: Column) -> bool:
    """Whether a field holds what the person gave or did, as it is declared (R65)."""
    return getattr(column.treatment, "origin", None) in _OWN


def occurrences(words: str, wanted: str) -> list[redacting.Span]:
    """Where exactly these words stand in a text, without overlaps."""
    found: list[redacting.Span] = []
    start = words.find(wanted) if wanted else -1
    while start >= 0:
        found.append((start, start + len(wanted)))
        start = words.find(wanted, start + len(wanted))
    return found


def one_of(request: Request, source: Source, *, row: str) -> Any:
    """One record of the person, by a key that may be guessed; None where there is none."""
    try:
        return _of_person(request, source).filter(pk=row).first()
    except (ValueError, ValidationError):
        return None


def rows_of(request: Request, source: Source, *, after: str) -> Any:
    """The person's records from a key on, in order; raises ValueError for a key that is none."""
    rows = _of_person(request, source)
    try:
        return rows.filter(pk__gt=after) if after else rows
    except ValidationError as error:
        raise ValueError from error


def _of_person(request: Request, source: Source) -> Any:
    where, params = compiler.shown_condition(source.declaration).bind(subjects.of(request.case))
    model: Any = source.declaration.model
    return model._base_manager.extra(where=[where], params=params).order_by("pk").select_related()


def _shown(request: Request, source: Source, rows: list[Any]) -> Iterator[Shown]:
    keys = [str(row.pk) for row in rows]
    marks = Redaction.objects.filter(request=request, declaration=source.label, row__in=keys)
    by_text: dict[tuple[str, str], list[Redaction]] = {}
    for one in marks.select_related("made_by", "seen_by"):
        by_text.setdefault((one.row, one.field), []).append(one)
    for row in rows:
        for text in _texts(source, row):
            yield _one(request, text, by_text.get((text.row, text.field), []))


def _one(request: Request, text: Text, marks: list[Redaction]) -> Shown:
    stale = bool(marks) and any(_is_stale(request, text, marks))
    return Shown(text=text, marks=marks, stale=stale)


def _is_stale(request: Request, text: Text, marks: Iterable[Redaction]) -> Iterator[bool]:
    now = redacting.digest(request, text.words)
    return (one.text_digest != now for one in marks)


def _texts(source: Source, row: Any) -> Iterator[Text]:
    """The row's texts that say something."""
    for column in source.columns:
        words = readable.words(row, column)
        if words:
            yield Text(
                declaration=source.label,
                row=str(row.pk),
                field=column.name,
                words=words,
                own=is_own(column),
                structured=readable.is_structured(type(row), column),
            )
