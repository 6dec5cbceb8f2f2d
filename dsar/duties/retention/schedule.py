"""The retention schedule: read from the declarations, so that it cannot say anything else than what is done (R152)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField

from dsar.contract import compiler, registry, terms
from dsar.contract.checking.inspection import walk
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

    from dsar.contract.declarations import Declaration


@dataclass(frozen=True, kw_only=True, eq=False)
class Unit:
    """What a run does with a table in one kind of statement: delete its rows, or overwrite one role's fields.

    A row in which several people stand is deleted once the retention of each has ended.
    """

    model: type[Model]
    action: Row
    declarations: tuple[Declaration, ...]
    """Those whose retention must have ended."""

    @property
    def label(self) -> str:
        """`app_label.Model`, or the declaration's label where fields are overwritten."""
        if self.action is Row.DELETED:
            return self.model._meta.label
        return f"{self.declarations[0].label}/overwritten"


def units() -> list[Unit]:
    """Every unit, children before parents."""
    ordered = compiler.order(registry.current().all())
    # A model comes where its last declaration comes: nothing that refers to it is behind it then.
    models = list(dict.fromkeys(one.model for one in reversed(ordered)))[::-1]
    return [unit for model in models for unit in _of(model, ordered)]


def _of(model: type[Model], ordered: Iterable[Declaration]) -> Iterator[Unit]:
    declared = tuple(one for one in ordered if one.model is model)
    for one in declared:
        if one.retention.then is Row.OVERWRITTEN and compiler.overwrites(one):
            yield Unit(model=model, action=Row.OVERWRITTEN, declarations=(one,))
    if any(one.retention.then is Row.DELETED for one in declared):
        yield Unit(model=model, action=Row.DELETED, declarations=declared)


def lines() -> list[dict[str, Any]]:
    """The schedule as a register: one line for each declaration, by table."""
    return [_line(one) for one in registry.current().all()]


def _line(declaration: Declaration) -> dict[str, Any]:
    return {
        "declaration": declaration.label,
        "what": terms.title(declaration.model),
        "about": terms.describe(declaration),
        "purpose": declaration.purpose.label,
        "basis": declaration.purpose.basis.value,
        **terms.retention(declaration),
        "deletion": declaration.row.value,
        "app": declaration.model._meta.app_label,
    }


def is_moment(declaration: Declaration) -> bool:
    """Whether the retention begins at a moment; else at a day."""
    field = walk(declaration.model, declaration.retention.after).field
    return isinstance(field, DateTimeField)


def said(line: dict[str, Any]) -> str:
    """One line of the schedule, to be read by people."""
    return (
        f"{line['declaration']}: {line['period']} from {line['from']}, then {line['then']}"
        f" ({line['law']}); for {line['purpose']}"
    )
