"""Which declarations reach a person: an account by look-up paths, a person without one by identifiers.

A declaration is bound anew for each way of being found, once for a registry: whatever is compiled for it is then
kept apart, and a statement for guests costs an account holder nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from dsar.contract import registry
from dsar.contract.declarations import Identified, Listed
from dsar.contract.people import Guest, Rows, Whoever

if TYPE_CHECKING:
    from dsar.contract.declarations import Declaration


def declarations(person: object) -> list[Declaration]:
    """Every declaration that can hold something of this person, by label."""
    everything = tuple(registry.current().all())
    if isinstance(person, Guest):
        return list(_for_guests(everything))
    if isinstance(person, Whoever):
        return list(_for_whoever(everything))
    if isinstance(person, Rows):
        return list(_for_rows(everything))
    return list(everything)


def get(person: object, label: str) -> Declaration:
    """The declaration with this label, as it reaches this person; raises KeyError."""
    for found in declarations(person):
        if found.label == label:
            return found
    raise KeyError(label)


@lru_cache(maxsize=16)
def _for_guests(everything: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return tuple(
        replace(
            one,
            subject=(),
            reach=Identified(
                by=one.identifiers, told_apart_by=one.told_apart_by, owned_through=one.subject
            ),
        )
        for one in everything
        if one.identifiers
    )


@lru_cache(maxsize=16)
def _for_whoever(everything: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return tuple(
        replace(one, subject=(), reach=Identified(by=one.identifiers, owned_through=one.subject))
        for one in everything
        if one.identifiers
    )


@lru_cache(maxsize=16)
def _for_rows(everything: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return tuple(replace(one, subject=(), reach=Listed(label=one.label)) for one in everything)
