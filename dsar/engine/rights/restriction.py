"""Restriction of processing (GDPR Art. 18): storage only, for named purposes or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.engine.rights import purposes
from dsar.registers import restrictions

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose; without named purposes a single one for all processing."""
    return purposes.steps(purposes.named(request) or [""], action="restrict")


def apply(request: Request) -> None:
    """Limit processing to storage from this moment on; the caller holds the transaction."""
    guest = purposes.guest_of(request)
    if guest is not None:
        purposes.suppress(request, guest)
        return
    ground = request.scope["ground"]
    person = purposes.person_of(request)
    codes: list[str | None] = [*purposes.named(request)]
    for code in codes or [None]:
        restrictions.restrict(person, purpose=code, ground=ground, request=request.pk)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply)
