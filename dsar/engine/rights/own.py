"""A person's own records, named by declaration, row and field: somebody else's do not exist as far as they can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from dsar.contract import compiler, reach

if TYPE_CHECKING:
    from django.db import models

    from dsar.contract.declarations import Declaration


def declaration(person: object, label: str) -> Declaration:
    """The declaration with this label, as it reaches the person; raises ValidationError."""
    try:
        return reach.get(person, label)
    except KeyError as error:
        raise ValidationError(f"Nothing is held under the name “{label}”.") from error


def row(found: Declaration, person: object, key: str, *, locked: bool = False) -> models.Model:
    """The person's row with this key; raises ValidationError."""
    rows = found.model._base_manager.all()
    sql, params = compiler.condition(found).bind(person)
    try:
        own = rows.extra(where=[sql], params=params).filter(pk=key).values("pk").first()
    except (ValueError, ValidationError):
        own = None
    if own is None:
        raise ValidationError("You have no such record.")
    return (rows.select_for_update() if locked else rows).get(pk=own["pk"])


def holds(person: object, label: str, key: str) -> bool:
    """Whether the person has such a record."""
    try:
        row(declaration(person, label), person, key)
    except ValidationError:
        return False
    return True
