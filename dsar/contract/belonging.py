"""Which records belong to a record of another kind: those that lead to it by foreign keys, as its lines to an order.

Ways through a user do not count: what somebody has is theirs, and belongs to no other record of theirs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import ForeignKey

from dsar.contract import registry

if TYPE_CHECKING:
    from django.db.models import Model

    from dsar.contract.declarations import Declaration


def kinds() -> list[Declaration]:
    """The kinds of records that others can belong to: all but accounts and our own, by label."""
    user = get_user_model()
    return [
        one
        for one in registry.current().all()
        if one.model is not user and one.model._meta.app_label != "dsar"
    ]


def ways(model: type[Model]) -> dict[str, str]:
    """By label of each kind, itself among them, the look-up path from a row of the model to the row it belongs to."""
    paths = _paths(model)
    return {one.label: paths[one.model] for one in kinds() if one.model in paths}


@lru_cache(maxsize=256)
def _paths(model: type[Model]) -> dict[type[Model], str]:
    """The shortest path to each model that is reached; a row leads to one row on each."""
    found, ahead = {model: "pk"}, [(model, "")]
    while ahead:
        at, before = ahead.pop(0)
        for key in at._meta.concrete_fields:
            to: Any = key.related_model
            if not isinstance(key, ForeignKey) or to in found or to is get_user_model():
                continue
            path = f"{before}{key.name}__"
            found[to] = f"{path}pk"
            ahead.append((to, path))
    return found


def stopped_by(labels: set[str]) -> list[str]:
    """The kinds that cannot stay as they are while rows with these labels go."""
    models = {one.model for one in registry.current().all() if one.label in labels}
    reached = {to for model in models for to in _paths(model)}
    return [one.label for one in kinds() if one.model in reached]
