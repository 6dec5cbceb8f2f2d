"""Transfers for tests: to a plainly fictional holder, as they are entered, confirmed, and on their day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsar.duties import transferring
from dsar.registers import transfers
from dsar.registers.transfer_models import Transfer

if TYPE_CHECKING:
    from collections.abc import Sequence


def entered(
    *, by: Any, bound: bool = True, days: float = 30, purposes: Sequence[str] = ()
) -> Transfer:
    """The business goes to somebody in so many days."""
    return transfers.enter(**said(days=days), by=by, bound=bound, purposes=purposes)


def confirmed(**given: Any) -> Transfer:
    """The same, and people are enrolled."""
    return transferring.confirm(entered(**given), by=given["by"])


def by_consent(purpose: str, *, by: Any) -> Transfer:
    """The data of those who agreed goes over."""
    facts = said() | {"kind": "consent", "consent_purpose": purpose}
    return transferring.confirm(transfers.enter(**facts, by=by, bound=False, purposes=[]), by=by)


def said(*, days: float = 30) -> dict[str, Any]:
    """What every transfer says."""
    return {
        "kind": "business",
        "holder": "Imaginary Holdings Pte. Ltd.",
        "country": "SG",
        "contact": "privacy@imaginary.example",
        "effective_at": timezone.now() + timedelta(days=days),
        "says": {"en": "We merge with Imaginary.", "zh-hans": "我们与虚构公司合并。"},
    }


def arrives(transfer: Transfer) -> None:
    """Its day comes, a month after it was confirmed."""
    now = timezone.now()
    Transfer.objects.filter(pk=transfer.pk).update(effective_at=now - timedelta(seconds=1))
    transfer.refresh_from_db()
