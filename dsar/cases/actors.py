"""Who acts on a case: the requester, a member of staff, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dsar.keys import box

if TYPE_CHECKING:
    from uuid import UUID

    from dsar.cases.models import Case


_ROLES = (
    ("approve_request", "officer"),
    ("decide_request", "reviewer"),
    ("handle_request", "handler"),
    ("audit_request", "auditor"),
    ("take_in_request", "intake"),
)
"""Permissions, the strongest first, and what the ledger calls whoever has them."""


class ActorKind(StrEnum):
    """In which capacity somebody acts."""

    REQUESTER = "requester"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One who acts. A requester is a logged-in user, or came by a mailed link that opened `case`."""

    kind: ActorKind
    user: Any = None
    """An instance of whatever model the project's users are."""
    case: UUID | None = None

    def is_requester_of(self, case: Case) -> bool:
        """Whether the case is this requester's own."""
        if self.kind is not ActorKind.REQUESTER:
            return False
        by_account = self.user is not None and case.subject_id == self.user.pk
        return by_account or self.case == case.pk

    def may(self, permission: str) -> bool:
        """Whether this is active staff with a permission of dsar's; superusers have them all."""
        user = self.user
        if self.kind is not ActorKind.STAFF or user is None:
            return False
        return bool(getattr(user, "is_staff", False) and user.has_perm(f"dsar.{permission}"))

    def witnessed(self, case: Case) -> dict[str, str]:
        """How the ledger names the actor: the capacity, staff's role, and a digest while the case key lives."""
        if self.kind is not ActorKind.STAFF or self.user is None:
            return {"actor": self.kind.value}
        said = {"actor": self.kind.value, "role": self.role}
        try:
            return said | {"by": box.digest(case.key, f"user {self.user.pk}")}
        except box.KeyDestroyedError:
            # Of a case whose time is over a skeleton is left, and still looked at.
            return said

    @property
    def role(self) -> str:
        """What staff may do at most, in a word (R175)."""
        held = (word for permission, word in _ROLES if self.may(permission))
        return next(held, self.kind.value)


SYSTEM = Actor(kind=ActorKind.SYSTEM)
