"""Withdrawal of consent (GDPR Art. 7(3), PDPA s 16): per purpose, at once, without staff; deletes nothing (R112)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.engine.rights import purposes
from dsar.registers import consents

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose."""
    return purposes.steps(purposes.named(request), action="withdraw")


def apply(request: Request) -> None:
    """Withdraw from this moment on; the caller holds the transaction."""
    guest = purposes.guest_of(request)
    if guest is not None:
        purposes.suppress(request, guest)
        return
    for code in purposes.named(request):
        consents.withdraw(purposes.person_of(request), code, request=request.pk)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply)
