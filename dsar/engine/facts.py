"""What is held under an address, as far as it tells whether somebody is who they say: names of facts, no values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import F, TextField
from django.db.models.functions import Cast, Lower, Trim

from dsar.contract import compiler, people, reach
from dsar.contract.people import Whoever
from dsar.engine import discovery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from dsar.contract.declarations import Declaration
    from dsar.contract.people import Guest

NAME = "name"
"""The one fact that every kind of record may offer, since it tells apart who shares an address."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What an address leads to."""

    account: Any
    """The key of the account that has it, or None."""
    holds: bool
    """Whether any row of somebody without account bears it."""
    shared: bool
    """Whether rows under it know people of different names."""
    matched: tuple[str, ...]
    """The facts that fit, by name."""


def look(address: str, *, name: str, facts: Mapping[str, str]) -> Found:
    """Look an address up, and compare what was claimed with what is held under it and the name."""
    whoever = Whoever(addresses=(people.address_spelt(address),))
    names = _names(whoever)
    known = people.guest((address,), names=(name,), unnamed=len(names) == 0)
    fitting = [NAME] if people.name_spelt(name) in names else []
    return Found(
        account=account_of(address),
        holds=any(discovery.discover(whoever).values()),
        shared=len(names) > 1,
        matched=tuple(
            fitting + [fact for fact in sorted(facts) if _fits(known, fact, facts[fact])]
        ),
    )


def account_of(address: str) -> Any:
    """The key of the account that has this address."""
    user = get_user_model()
    holders = user._base_manager.filter(**{f"{user.get_email_field_name()}__iexact": address})
    return holders.values_list("pk", flat=True).first()


def _names(whoever: Whoever) -> set[str]:
    """The names under which rows of this address know people, each in the spelling that is compared."""
    return {
        spelt
        for declaration in reach.declarations(whoever)
        for path in declaration.told_apart_by
        for name in _rows(declaration, whoever).values_list(path, flat=True).distinct()
        if (spelt := people.name_spelt(name or ""))
    }


def _fits(guest: Guest, fact: str, value: str) -> bool:
    spelt = value.strip().lower()
    return bool(spelt) and any(
        _rows(declaration, guest)
        .annotate(held_fact=Lower(Trim(Cast(F(declaration.facts[fact]), TextField()))))
        .filter(held_fact=spelt)
        .exists()
        for declaration in reach.declarations(guest)
        if fact in declaration.facts
    )


def _rows(declaration: Declaration, person: object) -> QuerySet[Any]:
    sql, params = compiler.condition(declaration).bind(person)
    return declaration.model._base_manager.extra(where=[sql], params=params)
