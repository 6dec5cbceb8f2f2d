"""After a deletion: the same reading must return only what was planned to stay, and no text may still name the person.

The first look counts the person's own rows. The sweep goes through every text and JSON column of the database for
the person's addresses, numbers and names: once for all deletions that wait for it, at an off-peak hour if one is set.
Hits in rows that are another person's (a shared mailbox, a namesake) are explained; any other fails the deletion.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models

from dsar.cases import subjects
from dsar.contract import compiler, reach, registry
from dsar.contract.compiler import Fragment
from dsar.contract.declarations import Linked, Retain
from dsar.contract.people import Guest
from dsar.contract.vocabulary import Category, Row, Whose
from dsar.engine import covering, erasing
from dsar.engine.models import Step
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration

_TELLING = frozenset(
    {
        Category.NAME,
        Category.EMAIL_ADDRESS,
        Category.EMAIL_ADDRESS_WORK,
        Category.TELEPHONE_NUMBER,
    }
)
_SHORTEST = 6
"""Shorter identifiers would find strangers."""
_MOST_HITS = 1000


class LeftoverError(RuntimeError):
    """Something of the person is still there after a deletion; a member of staff has to look."""

    def __init__(self, places: dict[str, int]) -> None:
        super().__init__(f"still found after deletion: {places}")
        self.places = places


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A row in which an erased identifier still stands."""

    model: type[models.Model]
    key: str
    columns: tuple[str, ...]


def verify_rows(request: Request) -> None:
    """Count the person's rows again, those born since included; raises LeftoverError."""
    declarations = tuple(covering.of(request))
    sql, params = erasing.remaining(declarations).bind(subjects.of(request.case))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = {declarations[position].label: rows for position, rows in cursor.fetchall() if rows}
    if found:
        raise LeftoverError(found)


def verify(request: Request) -> dict[str, int]:
    """Both looks at once; returns how many hits of the sweep were explained, by model. Raises LeftoverError."""
    verify_rows(request)
    if not covering.is_whole(request):
        # The person's other records rightly go on naming them.
        return {}
    step = _step(request)
    return sweep(request, unseal(request, step.cursor["identifiers"]))


def keep_identifiers(request: Request, declarations: Sequence[Declaration]) -> None:
    """Put the identifiers aside, sealed, before they are erased: the sweep will look for them."""
    step = _step(request)
    if "identifiers" not in step.cursor:
        found = gather(subjects.of(request.case), declarations)
        step.cursor = step.cursor | {"identifiers": seal(request, found)}
        step.save(update_fields=["cursor"])


def forget_identifiers(request: Request) -> None:
    """Strike the identifiers out once nothing has to be looked for any more."""
    Step.objects.filter(request=request, action="verify").update(cursor={}, state=Step.State.DONE)


def _step(request: Request) -> Step:
    return Step.objects.get(request=request, action="verify")


def gather(person: object, declarations: Sequence[Declaration]) -> list[str]:
    """The addresses, numbers and names of this person that a deletion will erase."""
    pieces = [piece for one in declarations for piece in _telling(one)]
    if not pieces:
        return []
    sql, params = Fragment.join(" UNION ", pieces).bind(person)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return sorted({value.strip() for (value,) in cursor.fetchall() if _is_telling(value)})


def _is_telling(value: str | None) -> bool:
    return value is not None and len(value.strip()) >= _SHORTEST


def _telling(declaration: Declaration) -> Iterator[Fragment]:
    where = compiler.condition(declaration)
    for field, treatment in compiler.fields_of(declaration):
        if _tells(declaration, treatment):
            column = compiler.column(declaration, field)
            yield Fragment(
                sql=f"(SELECT DISTINCT {column}::text FROM {compiler.table(declaration)}"
                f" WHERE {where.sql} LIMIT 50)",
                params=where.params,
            )


def _tells(declaration: Declaration, treatment: Any) -> bool:
    return (
        getattr(treatment, "category", None) in _TELLING
        and treatment.whose is Whose.SUBJECT
        and compiler.what_happens(treatment, row=declaration.row) != Row.RETAINED.value
    )


def seal(request: Request, identifiers: list[str]) -> str:
    """The identifiers as they may wait for the sweep: under the case key."""
    sealed = box.seal(request.case.key, json.dumps(identifiers).encode())
    return base64.b64encode(sealed).decode()


def unseal(request: Request, sealed: str) -> list[str]:
    """The identifiers again."""
    return list(json.loads(box.unseal(request.case.key, base64.b64decode(sealed))))


def sweep(request: Request, identifiers: list[str]) -> dict[str, int]:
    """Search every text and JSON column; returns how many hits were explained, by model.

    Raises LeftoverError with the models in which an identifier stands without explanation.
    """
    explained: dict[str, int] = {}
    failed: dict[str, int] = {}
    for model, hits in groupby(_search(identifiers), key=lambda hit: hit.model):
        found = list(hits)
        unexplained = sum(not told for told in _explained(found, subjects.of(request.case)))
        _note(failed, model, unexplained)
        _note(explained, model, len(found) - unexplained)
    if failed:
        raise LeftoverError(failed)
    return explained


def _search(identifiers: list[str]) -> Iterator[Hit]:
    patterns = [f"%{_escaped(value)}%" for value in identifiers]
    if not patterns:
        return
    for model in apps.get_models(include_auto_created=True):
        statement = _searching(model)
        if statement is not None:
            yield from _hits(model, statement, patterns)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache(maxsize=1024)
def _searching(model: type[models.Model]) -> str | None:
    meta = model._meta
    columns = [
        compiler.column_name(field) for field in meta.local_concrete_fields if _is_searched(field)
    ]
    if not meta.managed or meta.proxy or not columns:
        return None
    matches = [f"{compiler.quote(column)}::text ILIKE ANY(%(patterns)s)" for column in columns]
    found = ", ".join(
        f"CASE WHEN {match} THEN '{column}' END"
        for match, column in zip(matches, columns, strict=True)
    )
    return (
        f"SELECT {compiler.quote(compiler.column_name(meta.pk))}::text, array_remove(ARRAY[{found}], NULL)"
        f" FROM {compiler.quote(meta.db_table)} WHERE {' OR '.join(matches)} LIMIT {_MOST_HITS}"
    )


def _is_searched(field: models.Field[Any, Any]) -> bool:
    kind = (field.db_type(connection) or "").split("(")[0]
    return kind in {"varchar", "text", "citext", "jsonb", "json", "char"} or kind.endswith("[]")


def _hits(model: type[models.Model], statement: str, patterns: list[str]) -> Iterator[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patterns": patterns})
        for key, columns in cursor.fetchall():
            yield Hit(model=model, key=key, columns=tuple(columns))


def _note(tally: dict[str, int], model: type[models.Model], hits: int) -> None:
    if hits:
        tally[model._meta.label] = hits


def _explained(hits: list[Hit], person: object) -> Iterator[bool]:
    """Whether each hit of one model is what the plan retained, or in a row that is another person's."""
    declared = registry.current().of(hits[0].model)
    keys = [hit.key for hit in hits]
    elses = {one.label: _somebody_elses(one, keys, person) for one in declared}
    for hit in hits:
        yield any(_was_retained(one, hit) or hit.key in elses[one.label] for one in declared)


def _was_retained(declaration: Declaration, hit: Hit) -> bool:
    """Every column of the hit is one that a law keeps."""
    kept = {
        field.column
        for field, treatment in compiler.fields_of(declaration)
        if isinstance(treatment, Retain)
    }
    return declaration.row is not Row.DELETED and set(hit.columns) <= kept


def _somebody_elses(declaration: Declaration, keys: list[str], person: object) -> set[str]:
    """Of these rows those that lead to another person, or to none: a guest's row is not the account holder's."""
    if isinstance(person, Guest):
        return _no_guests(declaration, keys, person)
    if not declaration.subject:
        return set(keys)
    mine = models.Q()
    for path in declaration.subject:
        if isinstance(path, Linked):
            return set()
        mine |= models.Q(**{path: person})
    rows = declaration.model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
    return {str(key) for key in rows} - {str(key) for key in rows.filter(mine)}


def _no_guests(declaration: Declaration, keys: list[str], guest: Guest) -> set[str]:
    """Of these rows those that are known to be an account holder's or another guest's, who may share the address."""
    rows = declaration.model._base_manager.filter(pk__in=keys)
    if not declaration.identifiers:
        owners = [path for path in declaration.subject if not isinstance(path, Linked)]
        owned = models.Q(
            *(models.Q(**{f"{path}__isnull": False}) for path in owners), _connector=models.Q.OR
        )
        return (
            {str(key) for key in rows.filter(owned).values_list("pk", flat=True)}
            if owners
            else set()
        )
    sql, params = compiler.condition(reach.get(guest, declaration.label)).bind(guest)
    mine = declaration.model._base_manager.extra(where=[sql], params=params)
    theirs = rows.exclude(pk__in=mine.values("pk"))
    return {str(key) for key in theirs.values_list("pk", flat=True)}
