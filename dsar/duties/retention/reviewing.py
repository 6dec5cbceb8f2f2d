"""The schedule is looked at again, line by line: one that is new or says something else is due at once (R152)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from dsar.contract import registry
from dsar.registers import house_reviews
from dsar.registers.house_reviews import Kind
from dsar.registers.staff_models import HouseReview

if TYPE_CHECKING:
    from datetime import date

    from dsar.contract.declarations import Declaration
    from dsar.registers.house_reviews import Task
    from dsar.registers.people import Person


def sign(kind: Kind, *, findings: str, by: Person) -> HouseReview:
    """Sign a review; that of the schedule keeps what each line says today."""
    covered = _said() if kind is Kind.RETENTION else {}
    return house_reviews.sign(kind, findings=findings, by=by, covered=covered)


def days() -> dict[str, date | None]:
    """The day on which each line of the schedule is looked at again, by declaration; None where it is due now."""
    newest = HouseReview.objects.filter(kind=Kind.RETENTION).first()
    if newest is None:
        return dict.fromkeys(_said())
    return {
        label: newest.next_on if newest.covered.get(label) == said else None
        for label, said in _said().items()
    }


def tasks() -> list[Task]:
    """Every review with its day; that of the schedule is due when one of its lines is."""
    found = house_reviews.tasks()
    if None not in days().values():
        return found
    due = [replace(one, due_on=None) for one in found if one.kind is Kind.RETENTION]
    return [*due, *(one for one in found if one.kind is not Kind.RETENTION)]


def _said() -> dict[str, str]:
    """A digest of what each line says, by declaration; of its terms, not of their words in some language."""
    return {one.label: _digest(one) for one in registry.current().all()}


def _digest(declaration: Declaration) -> str:
    terms = f"{declaration.retention!r} {declaration.purpose.code} {declaration.row!r}"
    return hashlib.sha256(terms.encode()).hexdigest()
