"""What a deleted person would be recognised by: gathered before it is erased, sealed until the sweep is over."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

from dsar.cases import subjects
from dsar.contract import compiler
from dsar.contract.compiler import Fragment
from dsar.contract.vocabulary import Category, Row, Whose
from dsar.engine import prepared
from dsar.engine.models import Step
from dsar.keys import box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

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
_FEWEST_BYTES, _FEWEST_CHARACTERS = 9, 6
"""Shorter identifiers would find strangers; three Han characters are a whole name, and nine bytes."""
_MOST_OF_A_FIELD = 1_000


@dataclass(frozen=True, kw_only=True)
class Erased:
    """One deletion whose person must not be named any more."""

    request: UUID
    person: object
    """An account's key, or a guest."""
    identifiers: frozenset[str]
    since: int
    """The transaction that began the deletion: what it or anybody after it wrote has this number or a later one."""
    cut_off: datetime
    """Rows born later are nothing that the deletion should have found."""


def put_aside(request: Request, declarations: Sequence[Declaration]) -> dict[str, str]:
    """What names the person, sealed under the case key, and the transaction that is about to erase it."""
    said, since = _gather(subjects.of(request.case), declarations)
    return {"identifiers": _sealed(request, said), "since": since}


def erased(requests: Iterable[Request]) -> Iterator[Erased]:
    """What was put aside for deletions that have erased their rows, in one statement for all of them.

    One that is verified by now needs nothing more, and one whose key is destroyed fails when its own turn comes: they
    are left out, and do not stop the others.
    """
    found = {request.pk: request for request in requests}
    steps = Step.objects.filter(request__in=found, action__in=("verify", "files"))
    cursors: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for pk, action, cursor in steps.values_list("request", "action", "cursor"):
        cursors[pk][action] = cursor
    for pk, request in found.items():
        if "identifiers" in cursors[pk]["verify"]:
            with suppress(box.KeyDestroyedError):
                yield _erased(request, cursors[pk])


def _erased(request: Request, cursors: dict[str, Any]) -> Erased:
    kept, cut_off = cursors["verify"], parse_datetime(cursors["files"]["cut_off"])
    if cut_off is None:
        message = f"request {request.pk} has no cut-off"
        raise ValueError(message)
    return Erased(
        request=request.pk,
        person=subjects.of(request.case),
        identifiers=frozenset(_unsealed(request, kept["identifiers"])),
        since=int(kept["since"]),
        cut_off=cut_off,
    )


def gather(person: object, declarations: Sequence[Declaration]) -> list[str]:
    """The addresses, numbers and names of this person that a deletion will erase."""
    return _gather(person, declarations)[0]


def _gather(person: object, declarations: Sequence[Declaration]) -> tuple[list[str], str]:
    """The identifiers and, in the same statement, the number of this transaction."""
    found = prepared.rows(_naming(tuple(declarations)), person)
    (since,) = (value for is_number, value in found if is_number)
    said = {value.strip() for is_number, value in found if not is_number and _is_telling(value)}
    return sorted(said), since


@lru_cache(maxsize=64)
def _naming(declarations: tuple[Declaration, ...]) -> Fragment:
    number = Fragment(sql="(SELECT true AS is_number, pg_current_xact_id()::xid::text AS value)")
    return Fragment.join(
        " UNION ", [number, *(piece for one in declarations for piece in _telling(one))]
    )


def _is_telling(value: str | None) -> bool:
    if value is None:
        return False
    text = value.strip()
    return len(text) >= _FEWEST_CHARACTERS or len(text.encode()) >= _FEWEST_BYTES


def _telling(declaration: Declaration) -> Iterator[Fragment]:
    where = compiler.condition(declaration)
    for field, treatment in compiler.fields_of(declaration):
        if _tells(declaration, treatment):
            column = compiler.column(declaration, field)
            yield Fragment(
                sql=f"(SELECT DISTINCT false, {column}::text FROM {compiler.table(declaration)}"
                f" WHERE {where.sql} LIMIT {_MOST_OF_A_FIELD})",
                params=where.params,
            )


def _tells(declaration: Declaration, treatment: Any) -> bool:
    return (
        getattr(treatment, "category", None) in _TELLING
        and treatment.whose is Whose.SUBJECT
        and compiler.what_happens(treatment, row=declaration.row) != Row.RETAINED.value
    )


def _sealed(request: Request, identifiers: list[str]) -> str:
    sealed = box.seal(request.case.key, json.dumps(identifiers).encode())
    return base64.b64encode(sealed).decode()


def _unsealed(request: Request, sealed: str) -> list[str]:
    return list(json.loads(box.unseal(request.case.key, base64.b64decode(sealed))))
