"""Which requests need people: one readable table, from a right to who handles it.

A line is what staff last said of it (`dsar.cases.handling`), else what the settings say, else the first choice here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from dsar import conf
from dsar.cases import variants
from dsar.cases.handling_models import HandlingRule
from dsar.cases.states import Right

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.models import Request


class Handling(StrEnum):
    """Who decides."""

    AT_ONCE = "at_once"
    AUTOMATIC = "automatic"
    STAFF = "staff"
    TWO_PEOPLE = "two_people"


CHOICES: Final[dict[str, tuple[Handling, ...]]] = {
    "access": (Handling.AUTOMATIC, Handling.STAFF, Handling.TWO_PEOPLE),
    "portability": (Handling.AUTOMATIC, Handling.STAFF, Handling.TWO_PEOPLE),
    "correction": (Handling.STAFF, Handling.TWO_PEOPLE),
    "deletion": (Handling.TWO_PEOPLE,),
    "restriction": (Handling.STAFF, Handling.AUTOMATIC, Handling.TWO_PEOPLE),
    "objection_other": (Handling.STAFF, Handling.TWO_PEOPLE),
    "objection_automated_decision": (Handling.STAFF, Handling.TWO_PEOPLE),
}
"""How each variant may be handled, what holds unless somebody says otherwise first.

Deletion stays with two people (R93); what is weighed or judged, and what a machine decided, stays with a human (R127).
"""


_CACHE = "_dsar_handling"


def handling(request: Request) -> Handling:
    """Who decides this request, asked once for each row that was read; raises ImproperlyConfigured as `default`."""
    if variants.takes_effect_at_once(request):
        return Handling.AT_ONCE
    if not hasattr(request, _CACHE):
        setattr(request, _CACHE, _standing(variants.of(request)))
    found: Handling = getattr(request, _CACHE)
    return found


def _standing(variant: str) -> Handling:
    configured = default(variant)
    if len(CHOICES[variant]) == 1:
        return configured
    said = said_by_staff().filter(variant=variant).first()
    return Handling(said.handling) if said else configured


def default(variant: str) -> Handling:
    """Who decides where staff have said nothing; raises ImproperlyConfigured for settings that would break the law."""
    choices = CHOICES[variant]
    chosen = Handling(conf.get("POLICY").get(variant, choices[0]))
    if chosen not in choices:
        message = f'DSAR["POLICY"][{variant!r}] must not be {chosen.value!r}.'
        raise ImproperlyConfigured(message)
    return chosen


def said_by_staff() -> QuerySet[HandlingRule]:
    """What staff have said and still holds: one word a variant at most."""
    return HandlingRule.objects.filter(ended_at__isnull=True)


def lines() -> dict[str, tuple[Handling, HandlingRule | None]]:
    """Who decides each variant now, and the word of staff that says so, if any; one statement."""
    said = {one.variant: one for one in said_by_staff()}
    return {
        variant: (Handling(said[variant].handling), said[variant])
        if variant in said
        else (default(variant), None)
        for variant in CHOICES
    }


def table() -> dict[str, Handling]:
    """Who decides each variant now."""
    return {variant: one for variant, (one, _said) in lines().items()}


def takes_two() -> Q:
    """The same as a condition on requests: those that two people decide."""
    two = [variant for variant, one in table().items() if one is Handling.TWO_PEOPLE]
    scopes = [name.removeprefix("objection_") for name in two if name.startswith("objection_")]
    return Q(right__in=two) | Q(right=Right.OBJECTION, scope__objection__in=scopes)
