"""Withdrawal of consent (GDPR Art. 7(3), PDPA s 16): per purpose, at once, without staff; deletes nothing (R112)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.engine.rights import purposes
from dsar.registers import consents

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.registers.people import Person


def steps(request: Request, _counts: dict[str, int]) -> list[dict[str, Any]]:
    """One step a purpose."""
    return purposes.steps(purposes.named(request), action="withdraw")


def apply(request: Request) -> None:
    """Withdraw from this moment on; the caller holds the transaction."""
    guest = purposes.guest_of(request)
    if guest is not None:
        purposes.suppress(request, guest)
        account = purposes.account_of(request, guest)
        if account is not None:
            _withdraw(request, account)
        return
    _withdraw(request, purposes.person_of(request))


def _withdraw(request: Request, person: Person) -> None:
    for code in purposes.named(request):
        consents.withdraw(person, code, request=request.pk)


def run(lease: Lease) -> None:
    """Apply and answer."""
    purposes.run(lease, apply=apply)
