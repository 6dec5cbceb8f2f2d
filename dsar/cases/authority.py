"""Whether somebody may ask for another: proof that staff accept, and the person's own word where needed (R34)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar.cases import permissions
from dsar.cases.identity_models import Claim
from dsar.cases.lifecycle import NotPermittedError
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


class Authority(StrEnum):
    """What a representative shows."""

    SIGNED_PERMISSION = "signed_permission"
    POWER_OF_ATTORNEY = "power_of_attorney"
    PARENTAL = "parental_responsibility"
    COURT = "court_order"
    NEXT_OF_KIN = "next_of_kin"
    PERSONAL_REPRESENTATIVE = "personal_representative"
    """Of somebody who has died: named in the will, or by a court."""
    MINORITY = "minority"
    """That the person is a minor whose data must go, whoever reports it."""


ENOUGH_ALONE = frozenset(
    {Authority.POWER_OF_ATTORNEY, Authority.PARENTAL, Authority.COURT, Authority.MINORITY}
)
"""What needs no word of the person beside it (11 CCR 7063(b))."""


FOR_THE_DEAD = frozenset(
    {Authority.NEXT_OF_KIN, Authority.PERSONAL_REPRESENTATIVE, Authority.COURT}
)
"""What counts for somebody who has died; nobody can ask them (R143)."""


def is_missing(claim: Claim, *, relation: str) -> bool:
    """Whether a case waits for authority: awaiting_authority, a condition of awaiting_verification."""
    if relation not in Claim.FOR_OTHERS:
        return False
    if claim.authority_accepted_at is None or Claim.NOBODY_NAMED in claim.flags:
        return True
    if relation == Claim.Relation.DECEASED:
        return claim.authority_kind not in FOR_THE_DEAD
    return claim.authority_kind not in ENOUGH_ALONE and claim.person_agreed_at is None


def permits_opt_outs(claim: Claim, *, relation: str) -> bool:
    """Whether what needs no verification may take effect: an agent's signed permission suffices for it."""
    agent = relation == Claim.Relation.AGENT and claim.has_permission
    return relation not in Claim.FOR_OTHERS or agent or claim.authority_accepted_at is not None


def accept(case: Case, *, kind: Authority, actor: Actor) -> None:
    """Note that staff saw the proof and accept it; which kind, never a copy of it."""
    if not actor.may(permissions.HANDLE):
        raise NotPermittedError
    with effect("authority.accept"), transaction.atomic():
        Claim.objects.filter(case=case).update(
            authority_accepted_at=timezone.now(), authority_kind=kind
        )
        log.append(
            Tag.AUTHORITY_ACCEPTED,
            request=None,
            case=str(case.pk),
            kind=kind.value,
            **actor.witnessed(case),
        )
