"""Staff's side of a request: see what would happen, decide on exactly that, give the second signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import decisions
from dsar.cases.actors import SYSTEM, Actor
from dsar.cases.models import Decision, Request
from dsar.cases.states import Right, State
from dsar.contract import registry
from dsar.dispatch import outbox
from dsar.engine import planning
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.engine.planning import Planned

EXECUTE = "dsar.execute"


class PlanChangedError(RuntimeError):
    """The plan is no longer the one that was shown; look at it again before deciding."""


def preview(request: Request, *, actor: Actor) -> Planned:
    """What this request would do now; that somebody looked is recorded."""
    planned = planning.plan(request)
    log.append(Tag.REQUEST_PREVIEWED, request=request.pk, plan=planned.digest, by=str(actor.kind))
    return planned


@transaction.atomic
def decide(
    request: Request,
    *,
    verdict: str,
    actor: Actor,
    shown: str = "",
    grounds: dict[str, str] | None = None,
    reason: str = "",
) -> Request:
    """Decide on the plan that was shown (its digest); raises PlanChangedError where it is another by now."""
    request = Request.objects.select_for_update(of=("self",)).select_related("case__key").get(pk=request.pk)
    planned = planning.plan(request)
    if shown and shown != planned.digest:
        raise PlanChangedError
    planning.keep(request, planned)
    decisions.decide(
        request,
        verdict=verdict,
        actor=actor,
        grounds=grounds or {},
        reason=reason,
        plan_digest=planned.digest,
    )
    return _woken(request)


@transaction.atomic
def approve(request: Request, *, actor: Actor) -> Request:
    """The second signature (deletion); starts the waiting period."""
    decisions.approve(request, actor=actor)
    return _woken(request)


def approve_automatically(request: Request) -> None:
    """What the policy table lets pass without staff; the plan kept at filing is what is approved."""
    decisions.decide(
        request,
        verdict=Decision.Verdict.GRANTED,
        actor=SYSTEM,
        plan_digest=request.plan.digest,
    )
    _woken(request)


def _woken(request: Request) -> Request:
    """Wake a worker when the request may be carried out; the sweep would find it anyway."""
    request.refresh_from_db()
    if request.state == State.APPROVED:
        outbox.wake(EXECUTE, str(request.pk), due=request.not_before)
    return request


def must_be_looked_at(request: Request) -> bool:
    """Whether the plan releases rows that staff look at first (notes, holds)."""
    reviewed = {one.label for one in registry.current().all() if one.reviewed and one.released}
    return any(step.get("declaration") in reviewed for step in request.plan.document["steps"])


def needs_second_person(request: Request) -> bool:
    """Whether somebody else than who decides has to approve."""
    return request.right == Right.DELETION


def explain(planned: Planned) -> list[str]:
    """The plan in plain sentences."""
    return planning.explain(planned.document)


