"""Objection (GDPR Art. 21): to marketing it always succeeds and at once; to other purposes it is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import asked as asking
from dsar.cases.states import ObjectionScope
from dsar.contract.vocabulary import Channel
from dsar.engine import suppressing
from dsar.engine.rights import purposes
from dsar.registers import objections

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.registers.people import Person


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose."""
    return purposes.steps(purposes.named(request), action="object")


def apply(request: Request) -> None:
    """Stop the purposes from this moment on; the caller holds the transaction."""
    guest = purposes.guest_of(request)
    if guest is not None:
        purposes.suppress(request, guest, channels=asking.channels(request.scope))
        account = purposes.account_of(request, guest)
        if account is not None:
            _object(request, account)
        return
    _object(request, purposes.person_of(request))


def _object(request: Request, person: Person) -> None:
    if request.scope["objection"] == ObjectionScope.MARKETING:
        stopped = asking.channels(request.scope)
        for channel in (None,) if stopped == frozenset(Channel) else sorted(stopped):
            objections.object_to_marketing(person, channel=channel, request=request.pk)
        for channel in sorted(stopped):
            reached = suppressing.reaching(person, channel)
            suppressing.suppress(reached, channel=channel, request=request)
        return
    for code in purposes.named(request):
        objections.object_to(person, code, request=request.pk)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply)
