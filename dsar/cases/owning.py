"""Who looks after a request: the first to hear when its date comes near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.acting import locked
from dsar.cases.permissions import HANDLE
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request


def take(request: Request, *, actor: Actor) -> Request:
    """Make the acting member of staff the request's owner; raises NotPermittedError."""
    with effect("request.own"), locked(request, actor=actor, needs=HANDLE) as held:
        held.owner = actor.user
        held.save(update_fields=["owner"])
        log.append(Tag.REQUEST_OWNED, request=held.pk, **actor.witnessed(held.case))
    request.owner = actor.user
    return request
