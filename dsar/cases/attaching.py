"""Attach a law to a case, or take one away: with a reason, and every date counted anew (R1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar import conf
from dsar.cases import deadlines, notes
from dsar.cases.guards import Obstacle
from dsar.cases.joined import transaction_of_caller
from dsar.cases.lifecycle import GuardError, NotPermittedError
from dsar.cases.models import Case, Request
from dsar.cases.permissions import DECIDE
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.law import rules
from dsar.law.clock import NoRuleError
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


def attachable(case: Case) -> list[str]:
    """The regimes that staff may add to this case: in force on the day it came in."""
    day = deadlines.day_of(case.received_at)
    return [
        code for code in rules.known() if code not in case.regimes and rules.in_force(code, on=day)
    ]


def detachable(case: Case) -> list[str]:
    """The regimes that staff may take away: all but the organisation's own."""
    return [code for code in case.regimes if code not in conf.get("REGIMES")]


def change(case: Case, *, add: str = "", remove: str = "", reason: str, actor: Actor) -> Case:
    """Attach or take away one regime; dates of open requests move with an entry each, closed ones stay as they were.

    Raises NotPermittedError and GuardError, and then nothing is written.
    """
    if not actor.may(DECIDE):
        raise NotPermittedError
    with effect("case.regimes"), transaction_of_caller():
        held = Case.objects.select_for_update(of=("self",)).select_related("key").get(pk=case.pk)
        open_ones = list(
            held.requests.select_for_update().exclude(state=State.CLOSED).order_by("pk")
        )
        if found := _obstacles(held, add=add, remove=remove, reason=reason):
            raise GuardError(found)
        held.regimes = sorted({*held.regimes, add} - {remove, ""})
        held.save(update_fields=["regimes"])
        witness = actor.witnessed(held)
        notes.write(held, text=reason, actor=actor)
        log.append(
            Tag.CASE_REGIMES_CHANGED,
            request=None,
            case=str(held.pk),
            regimes=list(held.regimes),
            reason=box.digest(held.key, reason),
            **witness,
        )
        for request in open_ones:
            _recount(request, held)
    case.regimes = held.regimes
    return held


def _recount(request: Request, case: Case) -> None:
    """What the request keeps of its rules stays; a law that came with it is that of the day of receipt."""
    request.case = case
    request.rule_version = rules.version(deadlines.laws(request))
    try:
        deadlines.recompute(request, because="regimes")
    except NoRuleError as error:
        raise GuardError([Obstacle.NO_LAW_LEFT]) from error


def _obstacles(case: Case, *, add: str, remove: str, reason: str) -> list[Obstacle]:
    found = []
    if not reason.strip():
        found.append(Obstacle.NO_REASON)
    if bool(add) == bool(remove):
        found.append(Obstacle.NOT_ATTACHABLE)
    if (add and add not in attachable(case)) or (remove and remove not in detachable(case)):
        found.append(Obstacle.NOT_ATTACHABLE)
    return found
