"""One act for several requests: what would happen is shown first, and each is asked anew whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Request
from dsar.staff import acts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsar.cases.actors import Actor
    from dsar.staff.acts import Act

ACTS = ("take", "give", "retry")
"""The acts that need nothing to be read of a single request first."""
MOST = 50
"""So many at once: what a person can look through."""
_UNFIT = "does not fit the request as it stands"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One of the chosen, and why nothing would happen to it; empty where it fits."""

    request: Request
    obstacle: str


def open_to(actor: Actor) -> list[Act]:
    """The acts that this actor may do to several requests."""
    found = [acts.named(name) for name in ACTS]
    return [act for act in found if act is not None and actor.may(act.needs)]


def chosen(keys: Iterable[str]) -> list[Request]:
    """The requests with these numbers, what is due first at the top; raises ValueError for what is no number."""
    numbers = [UUID(key) for key in keys]
    found = Request.objects.filter(pk__in=numbers[:MOST]).select_related("case__key", "owner")
    return list(found.order_by("due_at", "id"))


def preview(act: Act, requests: Sequence[Request], *, actor: Actor) -> list[Row]:
    """What would happen to each."""
    return [
        Row(request=one, obstacle="" if act.is_open(one, actor) else _UNFIT) for one in requests
    ]


def carry_out(act: Act, requests: Sequence[Request], form: Any, *, actor: Actor) -> list[Row]:
    """Do it, each in a transaction of its own, so that one that does not fit stops no other."""
    return [Row(request=one, obstacle=_done(act, one, form, actor)) for one in requests]


def _done(act: Act, request: Request, form: Any, actor: Actor) -> str:
    if not act.is_open(request, actor):
        return _UNFIT
    try:
        act.do(request, form, actor)
    except MoveError as error:
        return str(error)
    return ""
