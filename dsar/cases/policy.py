"""Which requests need people: one readable table, from a right to who handles it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from dsar import conf
from dsar.cases import variants
from dsar.cases.states import Right

if TYPE_CHECKING:
    from dsar.cases.models import Request


class Handling(StrEnum):
    """Who decides."""

    AT_ONCE = "at_once"
    AUTOMATIC = "automatic"
    STAFF = "staff"
    TWO_PEOPLE = "two_people"


POLICY: dict[str, Handling] = {
    "access": Handling.AUTOMATIC,
    "portability": Handling.AUTOMATIC,
    "correction": Handling.STAFF,
    "deletion": Handling.TWO_PEOPLE,
    "restriction": Handling.STAFF,
    "objection_other": Handling.STAFF,
}
"""What `DSAR["POLICY"]` may change, variant by variant; deletion stays with two people (R93)."""

_CHANGEABLE = frozenset({Handling.AUTOMATIC, Handling.STAFF, Handling.TWO_PEOPLE})


def handling(request: Request) -> Handling:
    """Who decides this request; raises ImproperlyConfigured for a policy that would break the law."""
    if variants.takes_effect_at_once(request):
        return Handling.AT_ONCE
    variant = variants.of(request)
    chosen = Handling(conf.get("POLICY").get(variant, POLICY.get(variant, Handling.STAFF)))
    if chosen not in _CHANGEABLE or _weakens_deletion(request, chosen):
        message = f'DSAR["POLICY"][{variant!r}] must not be {chosen.value!r}.'
        raise ImproperlyConfigured(message)
    return chosen


def takes_two() -> Q:
    """The same as a condition on requests: those that two people decide."""
    chosen = POLICY | {name: Handling(said) for name, said in conf.get("POLICY").items()}
    two = [name for name, said in chosen.items() if said is Handling.TWO_PEOPLE]
    scopes = [name.removeprefix("objection_") for name in two if name.startswith("objection_")]
    return Q(right__in=two) | Q(right=Right.OBJECTION, scope__objection__in=scopes)


def _weakens_deletion(request: Request, chosen: Handling) -> bool:
    return request.right == Right.DELETION and chosen is not Handling.TWO_PEOPLE
