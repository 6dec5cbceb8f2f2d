"""Which kinds of records a deletion covers: all, or those a person named and whatever cannot stay without them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import SET_NULL, ForeignKey

from dsar.cases import subjects
from dsar.contract import reach
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from dsar.cases.models import Request
    from dsar.contract.declarations import Declaration


def is_whole(request: Request) -> bool:
    """Whether everything is to be deleted, the account with it."""
    return "declarations" not in request.scope


def of(request: Request) -> list[Declaration]:
    """The declarations that a deletion request covers, by label; what its decision leaves is retained in them."""
    covered = named(request.scope.get("declarations"), subjects.of(request.case))
    if not request.kept:
        return covered
    return [replace(one, row=Row.RETAINED) if one.label in request.kept else one for one in covered]


def journalled(request: Request) -> list[str] | None:
    """The labels that a restored backup must lose again; None for everything."""
    if not request.kept:
        labels: list[str] | None = request.scope.get("declarations")
        return labels
    return [one.label for one in of(request) if one.label not in request.kept]


def hanging_on_what_goes(request: Request) -> list[str]:
    """The kinds that the decision leaves and that point at rows that are to go."""
    covered = of(request)
    return [one.label for one in covered if one.label in request.kept and _hangs_on(one, covered)]


def named(labels: Iterable[str] | None, person: object) -> list[Declaration]:
    """The declarations with these labels and those that hang on their rows; without labels, all (R97)."""
    everything = reach.declarations(person)
    if labels is None:
        return everything
    wanted = set(labels)
    covered = [one for one in everything if one.label in wanted]
    while more := [one for one in everything if one not in covered and _hangs_on(one, covered)]:
        covered += more
    return sorted(covered, key=lambda one: one.label)


def _hangs_on(declaration: Declaration, covered: list[Declaration]) -> bool:
    """Whether rows of this kind point at rows that are to go, and cannot let go of them."""
    going = {one.model for one in covered if one.row is Row.DELETED}
    return any(key.related_model in going for key in _holding_on(declaration.model))


def _holding_on(model: type[Model]) -> list[ForeignKey[object, object]]:
    return [
        key
        for key in model._meta.concrete_fields
        if isinstance(key, ForeignKey)
        and key.db_constraint  # type: ignore[attr-defined]  # The stubs lack it.
        and not (key.null and key.remote_field.on_delete is SET_NULL)
    ]
