"""The rows that deletion takes away may be taken away, as far as foreign keys say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CASCADE, SET_NULL, ForeignKey

from dsar.contract.checking.inspection import columns, plain_paths, refuse
from dsar.contract.checking.overwrites import overwritten
from dsar.contract.vocabulary import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import Error
    from django.db.models import Model

    from dsar.contract.checking.inspection import Inspection
    from dsar.contract.declarations import Declaration


def check(inspection: Inspection) -> Iterator[Error]:
    """Refuse deletions that would leave a row pointing at nothing, or take rows that must stay."""
    for declaration in inspection.declarations():
        if declaration.row is Row.DELETED:
            for key in referring(inspection, declaration.model):
                yield from _key(inspection, declaration=declaration, key=key)


def referring(inspection: Inspection, model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """The foreign keys that the database enforces and that point at a model's rows."""
    return [
        field
        for holder in inspection.models
        for field in columns(holder)
        if isinstance(field, ForeignKey)
        and _is_enforced(field)
        and field.related_model is model
        and not field.remote_field.parent_link
    ]


def _is_enforced(field: Any) -> bool:
    return bool(field.db_constraint)


def _key(
    inspection: Inspection, *, declaration: Declaration, key: ForeignKey[Any, Any]
) -> Iterator[Error]:
    holders = inspection.registry.of(key.model)
    is_said = bool(holders) or key.model in inspection.registry.nothing
    if not is_said or _is_cut(key, holders=holders):
        return
    going = [holder for holder in holders if holder.row is Row.DELETED]
    missing = _paths_through(key, declaration=declaration) - {
        path for holder in going for path in plain_paths(holder.subject)
    }
    if not going:
        yield _stays(declaration, key=key)
    elif missing:
        yield _left_behind(declaration, key=key, missing=sorted(missing))


def _is_cut(key: ForeignKey[Any, Any], *, holders: list[Declaration]) -> bool:
    """Whether the key lets go of the row: set to NULL by the engine, or overwritten by its own declaration."""
    return (key.null and key.remote_field.on_delete is SET_NULL) or any(
        key.name in overwritten(holder) for holder in holders
    )


def _paths_through(key: ForeignKey[Any, Any], *, declaration: Declaration) -> set[str]:
    """By which paths the holder's rows must be found so that they go whenever the row goes."""
    return {
        key.name if path == "pk" else f"{key.name}__{path}"
        for path in plain_paths(declaration.subject)
    }


def _stays(declaration: Declaration, *, key: ForeignKey[Any, Any]) -> Error:
    if key.remote_field.on_delete is CASCADE:
        return refuse(
            51,
            declaration.model,
            f"Deleting rows of declaration {declaration.label} would silently delete rows of "
            f'{key.model._meta.label}, whose "{key.name}" cascades, though they were declared to stay.',
            hint=f"Declare {key.model._meta.label} with row = Row.DELETED, or let the key go: null=True, "
            "on_delete=SET_NULL.",
        )
    return refuse(
        50,
        declaration.model,
        f"Deleting rows of declaration {declaration.label} is forbidden by "
        f'{key.model._meta.label}, whose "{key.name}" protects them and whose rows stay.',
        hint=f'Overwrite "{key.name}" with Erase(to=None), declare {key.model._meta.label} with '
        f"row = Row.DELETED, or declare {declaration.model._meta.label} with row = Row.OVERWRITTEN.",
    )


def _left_behind(
    declaration: Declaration, *, key: ForeignKey[Any, Any], missing: list[str]
) -> Error:
    """Somebody else's row may point at this person's: it must be found through this very key."""
    return refuse(
        50,
        declaration.model,
        f"Deleting rows of declaration {declaration.label} is forbidden by "
        f'{key.model._meta.label}: not every row whose "{key.name}" points at them goes with them.',
        hint=f"Add to the subject of {key.model._meta.label}: {', '.join(missing)}; or let the key go: "
        "null=True, on_delete=SET_NULL.",
    )
