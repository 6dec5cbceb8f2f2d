"""Objection (GDPR Art. 21): to marketing it always succeeds and at once; to other purposes it is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases.states import ObjectionScope
from dsar.engine import erasing
from dsar.engine.rights import purposes
from dsar.registers import objections, suppression

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.registers.people import Person


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose."""
    return purposes.steps(purposes.named(request), action="object")


def apply(request: Request) -> None:
    """Stop the purposes from this moment on; the caller holds the transaction."""
    person = purposes.person_of(request)
    if request.scope["objection"] == ObjectionScope.MARKETING:
        objections.object_to_marketing(person, request=request.pk)
        _suppress(person, request)
        return
    for code in purposes.named(request):
        objections.object_to(person, code, request=request.pk)


def _suppress(person: Person, request: Request) -> None:
    """Later imports of the address stay suppressed (R122)."""
    address = erasing.address_of(person)
    if address:
        suppression.add(address, request=request.pk)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply)
