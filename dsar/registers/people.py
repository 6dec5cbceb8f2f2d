"""A person, as the registers are told: a user, or the key of one who may be gone."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Model

Person: TypeAlias = "Model | int | str | UUID"


def key_of(person: Person | None) -> Any:
    """The primary key; None for nobody, also for a user who was never saved or never logged in."""
    if isinstance(person, Model | int | str | UUID):
        return person.pk if isinstance(person, Model) else person
    return getattr(person, "pk", None)
