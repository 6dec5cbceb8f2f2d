"""What is decided on a request, and the second signature where one is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import (
    complaints,
    fees,
    guards,
    human_review,
    letters,
    lifecycle,
    permissions,
    policy,
    variants,
)
from dsar.cases.actors import ActorKind
from dsar.cases.identity_models import Claim
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.policy import Handling
from dsar.cases.states import Outcome, Right, State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.law import deceased
from dsar.law import grounds as law
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsar.cases.actors import Actor
    from dsar.cases.human_review import HumanReview


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What the decider said."""

    verdict: str
    grounds: dict[str, str]
    reason: str
    balancing: str
    derived_from: str
    plan_digest: str
    looked_again: HumanReview | None


_FIXED = frozenset({"id", "request"})


class DecisionError(MoveError):
    """The decision is not possible."""


def decide(  # noqa: PLR0913 - a decision is recorded whole or not at all.
    request: Request,
    *,
    verdict: Decision.Verdict,
    actor: Actor,
    grounds: Mapping[str, str] | None = None,
    reason: str = "",
    balancing: str = "",
    derived_from: str = "",
    plan_digest: str = "",
    looked_again: HumanReview | None = None,
) -> Decision:
    """Decide a request under review, and do what follows from it.

    Granted, it is approved, unless a second person must sign first. Refused, the letter is written and the
    request closes, unless a ground needs the data protection officer and somebody else decided: then it waits for
    that signature. `grounds` names a ground per regime; `reason` is sealed and goes to nobody but staff, `balancing`
    and `derived_from` are sealed and go into the letter. `looked_again` says what a human found who looked at a
    decision by machine: an objection to one cannot be decided without.
    The system decides only what the policy table leaves to it. Raises DecisionError, NotPermittedError, GuardError.
    """
    said = _Said(
        verdict=verdict,
        grounds=dict(grounds or {}),
        reason=reason.strip(),
        balancing=balancing.strip(),
        derived_from=derived_from.strip(),
        plan_digest=plan_digest,
        looked_again=looked_again,
    )
    with effect("decision.write"), transaction.atomic():
        locked = _lock(request)
        _check(locked, said, actor=actor)
        decision = _record(locked, said, actor=actor)
        _witness(decision, said, actor=actor)
        _follow(request, decision, actor=actor)
    return decision


def approve(request: Request, *, actor: Actor) -> Decision:
    """Give the second signature, by somebody other than who decided (R93); a refusal is sent with it (R66)."""
    with effect("decision.sign"), transaction.atomic():
        decision = Decision.objects.filter(request=_lock(request)).first()
        refusing = decision is not None and awaits_officer(decision)
        if decision is None or (decision.verdict == Decision.Verdict.REFUSED and not refusing):
            message = "There is nothing to sign: the request was not granted."
            raise DecisionError(message)
        _check_signature(decision, actor=actor)
        decision.approved_by, decision.approved_at = actor.user, timezone.now()
        decision.save(update_fields=["approved_by", "approved_at"])
        if refusing:
            _refuse(request, actor=actor)
        else:
            lifecycle.advance(request, to=State.APPROVED, actor=actor)
    return decision


def read_reason(decision: Decision) -> str:
    """The sealed reason of a decision."""
    if decision.reason is None:
        return ""
    return box.unseal(decision.request.case.key, decision.reason).decode()


def _lock(request: Request) -> Request:
    queue = Request.objects.select_for_update(of=("self",)).select_related("case__key")
    return queue.get(pk=request.pk)


def _check(request: Request, said: _Said, *, actor: Actor) -> None:
    _check_actor(request, actor=actor)
    if problem := human_review.problem(request, said.looked_again):
        raise DecisionError(problem)
    if said.verdict == Decision.Verdict.REFUSED:
        _check_refusal(request, grounds=said.grounds)
        _check_needs(request, said.grounds.values(), said)
    elif _is_of_the_dead(request) and not deceased.passes_on(
        variants.of(request), regimes=request.case.regimes
    ):
        message = "No law that applies gives this right for somebody who has died; refuse it on that ground."
        raise DecisionError(message)
    elif met := request.scope.get("grounds"):
        message = f"None of these purposes can be objected to; refuse it: {', '.join(sorted(set(met.values())))}."
        raise DecisionError(message)
    elif wrong := _unknown_grounds(request, grounds=said.grounds):
        message = f"Not a ground for this right under these laws: {', '.join(wrong)}."
        raise DecisionError(message)
    else:
        left = [code for given in request.kept.values() for code in given.values()]
        _check_needs(request, [*left, *_refused_fields(request)], said)


def _refused_fields(request: Request) -> Iterable[str]:
    """The grounds on which single fields of a correction are refused."""
    if request.right != Right.CORRECTION:
        return []
    return request.corrections.exclude(ground="").values_list("ground", flat=True)


def _check_actor(request: Request, *, actor: Actor) -> None:
    """Staff decide what is under review; the system, also what was just filed."""
    if actor.kind is ActorKind.SYSTEM:
        states = {State.SUBMITTED, State.IN_REVIEW}
        allowed = policy.handling(request) is Handling.AUTOMATIC
    else:
        states, allowed = {State.IN_REVIEW}, actor.may(permissions.DECIDE)
    if not allowed:
        raise NotPermittedError
    if complaints.decided_first(request, actor=actor):
        raise complaints.OwnDecisionError
    if request.state not in states:
        message = f"A request that is {State(request.state).value} cannot be decided."
        raise DecisionError(message)


def _check_refusal(request: Request, *, grounds: dict[str, str]) -> None:
    if missing := guards.groundless(request, given=grounds):
        message = f"A refusal needs a valid ground under every law that applies; missing: {', '.join(missing)}."
        raise DecisionError(message)


def _check_needs(request: Request, codes: Iterable[str], said: _Said) -> None:
    """Some grounds hold only with words of their own beside them (R133, R135; GDPR Art. 21(1))."""
    needed = law.needs(codes)
    if law.Need.EVIDENCE in needed and not said.reason:
        message = "This ground needs the reason why it holds here, and why no part can be given."
        raise DecisionError(message)
    if law.Need.ESTIMATE in needed and not fees.was_not_agreed(request):
        message = "This ground needs an estimate of the fee that was announced and not agreed to."
        raise DecisionError(message)
    if law.Need.DEATH in needed and not _is_of_the_dead(request):
        message = "This ground is for the data of somebody who has died."
        raise DecisionError(message)
    if law.Need.SOURCE in needed and not said.derived_from:
        message = "This ground needs what the value was worked out from: the person can have that corrected."
        raise DecisionError(message)
    if law.Need.BALANCING in needed and not said.balancing:
        message = "This ground needs words on how the person's interests were weighed."
        raise DecisionError(message)


def _is_of_the_dead(request: Request) -> bool:
    return request.case.subject_relation == Claim.Relation.DECEASED


def awaits_officer(decision: Decision) -> bool:
    """Whether a refusal waits for the data protection officer's signature."""
    refused = decision.verdict == Decision.Verdict.REFUSED and decision.approved_at is None
    is_open = decision.request.state == State.IN_REVIEW
    return refused and is_open and law.Need.OFFICER in law.needs(decision.grounds.values())


def _unknown_grounds(request: Request, *, grounds: dict[str, str]) -> list[str]:
    """Grounds for what a partial grant leaves out must be valid too; none is needed."""
    known = {
        regime: {ground.code for ground in law.applicable(variants.of(request), regime=regime)}
        for regime in grounds
    }
    return [code for regime, code in grounds.items() if code not in known[regime]]


def _check_signature(decision: Decision, *, actor: Actor) -> None:
    if not actor.may(permissions.APPROVE):
        raise NotPermittedError
    # Where the decider's account is gone nobody can tell who decided, so it is decided again.
    if actor.user is None or decision.decided_by_id in {None, actor.user.pk}:
        raise lifecycle.GuardError([guards.Obstacle.UNSIGNED])


def _record(request: Request, said: _Said, *, actor: Actor) -> Decision:
    """Write the decision; a new one takes the place of an earlier one and of its signatures."""
    decision = Decision(
        request=request,
        verdict=said.verdict,
        grounds=said.grounds,
        reason=_sealed(request, said.reason),
        balancing=_sealed(request, said.balancing),
        derived_from=_sealed(request, said.derived_from),
        **_looked_again(request, said.looked_again),
        automatic=actor.kind is ActorKind.SYSTEM,
        decided_by=actor.user,
        decided_at=timezone.now(),
        plan_digest=said.plan_digest,
    )
    fields = [field.name for field in Decision._meta.concrete_fields if field.name not in _FIXED]
    Decision.objects.bulk_create(
        [decision], update_conflicts=True, unique_fields=["request"], update_fields=fields
    )
    return decision


def _looked_again(request: Request, said: HumanReview | None) -> dict[str, Any]:
    if said is None:
        return {"human_review": "", "review_reason": None, "view_considered": False}
    return {
        "human_review": said.result,
        "review_reason": _sealed(request, said.reason.strip()),
        "view_considered": said.view_considered,
    }


def _sealed(request: Request, text: str) -> bytes | None:
    return box.seal(request.case.key, text.encode()) if text else None


def _witness(decision: Decision, said: _Said, *, actor: Actor) -> None:
    case = decision.request.case
    detail: dict[str, Any] = {
        "verdict": str(said.verdict),
        "grounds": said.grounds,
        "automatic": decision.automatic,
        "plan": said.plan_digest,
    }
    if decision.request.kept:
        detail["kept"] = decision.request.kept
    if said.reason:
        detail["reason"] = box.digest(case.key, said.reason)
    if said.balancing:
        detail["balancing"] = box.digest(case.key, said.balancing)
    if said.derived_from:
        detail["derived_from"] = box.digest(case.key, said.derived_from)
    if said.looked_again is not None:
        detail["human_review"] = said.looked_again.result
    log.append(Tag.REQUEST_DECIDED, request=decision.request_id, **detail, **actor.witnessed(case))


def _follow(request: Request, decision: Decision, *, actor: Actor) -> None:
    if decision.verdict == Decision.Verdict.REFUSED:
        if not awaits_officer(decision) or actor.may(permissions.APPROVE):
            _refuse(request, actor=actor)
    elif policy.handling(request) is not Handling.TWO_PEOPLE:
        lifecycle.advance(request, to=State.APPROVED, actor=actor)


def _refuse(request: Request, *, actor: Actor) -> None:
    letters.write(request, kind=Letter.Kind.REFUSAL, content={})
    lifecycle.advance(request, to=State.CLOSED, actor=actor, outcome=Outcome.REFUSED)
