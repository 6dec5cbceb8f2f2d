"""A row's end and its fields' treatments agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Field, GeneratedField

from dsar.contract.checking.inspection import holdings, refuse
from dsar.contract.declarations import Erase, Held, Retain
from dsar.contract.vocabulary import Row, Whose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration, Treatment


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse treatments that cannot happen to a row that ends the way its declaration says."""
    for declaration in inspection.declarations():
        held = holdings(declaration.model)
        for name, treatment in declaration.fields.items():
            if name in held:
                yield from _field(declaration, name=name, field=held[name], treatment=treatment)
        for name in declaration.concealed:
            if not _is_written(held.get(name)):
                yield refuse(
                    32,
                    declaration.model,
                    f'Declaration {declaration.label} conceals rows by "{name}", which is no column.',
                    hint='Write concealed = {"column": value} with columns of the model itself.',
                )


def _field(
    declaration: Declaration, *, name: str, field: Any, treatment: Treatment
) -> Iterator[Error]:
    why = _contradiction(declaration, field=field, treatment=treatment)
    if why:
        yield refuse(
            30,
            declaration.model,
            f'Field "{name}" of declaration {declaration.label} is {type(treatment).__name__}, '
            f"but its row is {declaration.row}: {why}.",
            hint="Held needs a row that is deleted or retained (or whose=SOMEBODY_ELSE), Erase one that is "
            "overwritten, Retain one that is overwritten or retained.",
        )
    if getattr(treatment, "correctable", False) and not _is_correctable(field):
        yield refuse(
            31,
            declaration.model,
            f'Field "{name}" of declaration {declaration.label} is correctable, but nobody can edit it.',
            hint="Leave out correctable=True for keys, generated columns and relations without a column.",
        )


def _contradiction(declaration: Declaration, *, field: Any, treatment: Treatment) -> str:
    """Why a treatment cannot be carried out on this row; empty where it can."""
    overwritten = declaration.row is Row.OVERWRITTEN
    if isinstance(treatment, Erase) and Row.OVERWRITTEN not in {
        declaration.row,
        declaration.retention.then,
    }:
        return "nothing is ever overwritten in it"
    if isinstance(treatment, Retain) and declaration.row is Row.DELETED:
        return "the value would go with it"
    own = getattr(treatment, "whose", None) is Whose.SUBJECT
    if isinstance(treatment, Held) and overwritten and own and _is_written(field):
        return "the value would stay in it for no stated reason"
    return ""


def _is_written(field: Any) -> bool:
    """Whether a column holds a value of its own: relations without one and generated columns follow others."""
    return isinstance(field, Field) and field.concrete and not isinstance(field, GeneratedField)


def _is_correctable(field: Any) -> bool:
    return (
        _is_written(field) and not field.many_to_many and field.editable and not field.primary_key
    )
