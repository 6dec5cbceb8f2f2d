"""Staff's side of a request: see what would happen, decide on exactly that, give the second signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import decisions, earlier, lifecycle, policy
from dsar.cases.actors import SYSTEM, Actor
from dsar.cases.identity_models import Claim
from dsar.cases.models import Decision, Request
from dsar.cases.policy import Handling
from dsar.cases.states import Right, State
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.engine import annotating, keeping, planning, redacted, telling, wakes
from dsar.engine.rights import correction
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import vault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dsar.cases.human_review import HumanReview
    from dsar.engine.planning import Planned
    from dsar.packages.models import Package


class PlanChangedError(RuntimeError):
    """The plan is no longer the one that was shown; look at it again before deciding."""


def look(request: Request, *, actor: Actor) -> None:
    """Record that staff opened a request: views of personal data are evidence too (R192)."""
    log.append(Tag.REQUEST_VIEWED, request=request.pk, **actor.witnessed(request.case))


def preview(request: Request, *, actor: Actor) -> Planned:
    """What this request would do now; that somebody looked is recorded."""
    planned = planning.plan(request)
    log.append(
        Tag.REQUEST_PREVIEWED,
        request=request.pk,
        plan=planned.digest,
        **actor.witnessed(request.case),
    )
    return planned


@effect("review.decide")
@transaction.atomic
def decide(  # noqa: PLR0913 - a decision is recorded whole or not at all.
    request: Request,
    *,
    verdict: Decision.Verdict,
    actor: Actor,
    shown: str = "",
    grounds: dict[str, str] | None = None,
    reason: str = "",
    balancing: str = "",
    derived_from: str = "",
    looked_again: HumanReview | None = None,
    refusals: Mapping[str, str] | None = None,
    kept: Mapping[str, Mapping[str, str]] | None = None,
) -> Request:
    """Decide on the plan that was shown (its digest); raises PlanChangedError where it is another by now.

    `refusals` refuses single fields of a correction, from a correction's id to its ground. `kept` leaves kinds of
    records out of a deletion, from a declaration's label to the ground under each law; the plan is then made anew.
    """
    request = (
        Request.objects.select_for_update(of=("self",))
        .select_related("case__key")
        .get(pk=request.pk)
    )
    planned = planning.plan(request)
    if shown and shown != planned.digest:
        raise PlanChangedError
    before = request.kept
    keeping.decide(request, kept or {}, verdict=verdict)
    if request.kept != before:
        planned = planning.plan(request)
    planning.keep(request, planned)
    correction.refuse(request, refusals or {})
    decisions.decide(
        request,
        verdict=verdict,
        actor=actor,
        grounds=grounds or {},
        reason=reason,
        balancing=balancing,
        derived_from=derived_from,
        looked_again=looked_again,
        plan_digest=planned.digest,
    )
    return _woken(request)


@effect("review.approve")
@transaction.atomic
def approve(request: Request, *, actor: Actor) -> Request:
    """The second signature: a deletion's waiting period starts, a refusal is sent.

    Raises PlanChangedError where passages were marked, or marks taken back, since it was decided.
    """
    if redacted.planned(request.plan.document) != redacted.steps(request):
        raise PlanChangedError
    decisions.approve(request, actor=actor)
    return _woken(request)


@effect("review.retry")
@transaction.atomic
def retry(request: Request, *, actor: Actor, mended: str = "") -> Request:
    """Let a request that needed attention be carried out again, on the plan that was approved.

    `mended` says what was set right by hand before: it is kept as a sealed note, its digest in the ledger.
    """
    lifecycle.advance(request, to=State.EXECUTING, actor=actor, reason=mended)
    Request.objects.filter(pk=request.pk).update(lease_until=None)
    wakes.wake(request.pk)
    return request


def revoke(package: Package, *, actor: Actor) -> bool:
    """Take a package back at once; False if it had ended before."""
    request = Request.objects.select_related("case__key").get(pk=package.request_reference)
    by = actor.witnessed(request.case).get("by", actor.kind.value)
    return vault.revoke(package, by=by)


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
    annotating.refused(request)
    if request.state == State.APPROVED:
        if request.right == Right.ACCESS:
            telling.ask_processors(request)
        earlier.wake(request.case)
        wakes.wake(request.pk, due=request.not_before)
    return request


def must_be_looked_at(request: Request) -> bool:
    """Whether the plan releases rows that staff look at first (notes, holds), or speaks of somebody who has died."""
    if request.case.subject_relation == Claim.Relation.DECEASED:
        return True
    reviewed = {one.label for one in registry.current().all() if one.reviewed and one.released}
    return any(step.get("declaration") in reviewed for step in request.plan.document["steps"])


def needs_second_person(request: Request) -> bool:
    """Whether somebody else than who decides has to approve."""
    return policy.handling(request) is Handling.TWO_PEOPLE


def explain(planned: Planned) -> list[str]:
    """The plan in plain sentences."""
    return planning.explain(planned.document)
