"""Objection (GDPR Art. 21): to marketing it always succeeds and at once; to other purposes it is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from dsar.cases.states import ObjectionScope
from dsar.engine.rights import purposes
from dsar.registers import objections, suppression
from dsar.registers.models import Purpose

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease


def aimed_at(request: Request) -> list[str]:
    """The purposes objected to: all marketing, or those that are named."""
    if request.scope.get("objection") == ObjectionScope.MARKETING:
        marketing = Purpose.objects.filter(marketing=True).order_by("code")
        return list(marketing.values_list("code", flat=True))
    return purposes.named(request)


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose."""
    return purposes.steps(aimed_at(request), action="object")


def apply(request: Request) -> None:
    """Stop the purposes from this moment on; the caller holds the transaction."""
    person = request.case.subject_id
    for code in aimed_at(request):
        objections.object_to(person, code, request=request.pk)
    if request.scope.get("objection") == ObjectionScope.MARKETING:
        _suppress(person)


def _suppress(person: object) -> None:
    """Later imports of the address stay suppressed (R122)."""
    user = get_user_model()
    address = user._base_manager.filter(pk=person).values_list(user.EMAIL_FIELD, flat=True).first()
    if address:
        suppression.add(channel="email", address=address)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply, codes=aimed_at)
