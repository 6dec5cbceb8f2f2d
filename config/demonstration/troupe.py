"""Who appears in the registers of a demonstration: staff who act, and customers of the sample company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import User
from dsar.cases.actors import Actor, ActorKind

if TYPE_CHECKING:
    from config.demonstration.company import Company

CUSTOMERS = 8
"""None of them files a request in the demonstration, whose outcomes a hold or a restriction would change."""


@dataclass(frozen=True, kw_only=True)
class Troupe:
    """Staff, and some of those who bought something."""

    reviewer: Actor
    officer: Actor
    auditor: Actor
    customers: tuple[User, ...]


def gather(people: Company) -> Troupe:
    """Find them all."""
    staff = {
        player: Actor(kind=ActorKind.STAFF, user=User.objects.get(email=player.email))
        for player in (people.reviewer, people.officer, people.auditor)
    }
    seeded = User.objects.filter(email__startswith="person-", is_active=True, orders__isnull=False)
    return Troupe(
        reviewer=staff[people.reviewer],
        officer=staff[people.officer],
        auditor=staff[people.auditor],
        customers=tuple(seeded.distinct().order_by("pk")[:CUSTOMERS]),
    )
