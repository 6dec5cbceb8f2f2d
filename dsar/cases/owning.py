"""Who looks after a request: the first to hear when its date comes near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import colleagues
from dsar.cases.acting import locked
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.permissions import HANDLE
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import staffing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.registers.staff_models import StaffRecord


class UnfitError(MoveError):
    """Whoever looks after requests undertook confidentiality and was trained, and both still count (R186, R194)."""

    def __init__(self, missing: Sequence[StaffRecord.Kind], *, own: bool) -> None:
        lacks = " and ".join(f"no valid {kind.label.lower()}" for kind in missing)
        who = "You have" if own else "This colleague has"
        super().__init__(f"{who} {lacks}. A data protection officer enters it on the page “Staff”.")


def take(request: Request, *, actor: Actor) -> Request:
    """Make the acting member of staff the request's owner; raises NotPermittedError and UnfitError."""
    return _own(request, owner=actor.user, actor=actor)


def give(request: Request, *, to: Any, actor: Actor) -> Request:
    """Make a colleague the owner, who must be one of `candidates`; raises NotPermittedError and UnfitError."""
    if not candidates().filter(pk=to.pk).exists():
        raise NotPermittedError
    return _own(request, owner=to, actor=actor)


def candidates() -> QuerySet[Any]:
    """Whoever may handle requests, by name."""
    return colleagues.who_may(HANDLE)


def _own(request: Request, *, owner: Any, actor: Actor) -> Request:
    with effect("request.own"), locked(request, actor=actor, needs=HANDLE) as held:
        if missing := staffing.missing(owner):
            raise UnfitError(missing, own=owner == actor.user)
        held.owner = owner
        held.save(update_fields=["owner"])
        said = actor.witnessed(held.case)
        if owner != actor.user:
            said["to"] = box.digest(held.case.key, f"user {owner.pk}")
        log.append(Tag.REQUEST_OWNED, request=held.pk, **said)
    request.owner = owner
    return request
