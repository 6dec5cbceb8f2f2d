"""The sample company has weighed its legitimate interests: fictional, with three signatures, told of in its policy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import User
from dsar.registers import policies, starting
from dsar.registers.purpose_models import Signature

if TYPE_CHECKING:
    from dsar.registers.models import Purpose

_REVIEW = timedelta(days=365)


def weigh() -> int:
    """Assess every purpose that waits, sign it, and let it be used; how many there were."""
    told_in = policies.in_force()
    signers = list(User.objects.filter(is_staff=True).order_by("pk")[: starting.SIGNATURES])
    waiting = list(starting.waiting())
    for purpose in waiting:
        _sign(purpose, signers)
        if told_in is not None:
            starting.start(purpose, by=signers[0], told_in=told_in)
    return len(waiting)


def _sign(purpose: Purpose, signers: list[User]) -> None:
    interest = str(purpose.said.get("interest", ""))
    written = starting.assess(
        purpose,
        by=signers[0],
        benefit=interest or purpose.label,
        necessity="Less data was tried in this sample company, and did not do.",
        balance="People expect it, can object, and are told; what is kept is deleted when its time is over.",
        review_on=timezone.localdate() + _REVIEW,
    )
    for signer, office in zip(signers, Signature.Office.values, strict=True):
        starting.sign(written, by=signer, office=office)
