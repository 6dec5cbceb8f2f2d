"""Leave a kind of record out of a copy because it cannot be read: with a reason, and told in the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import lifecycle
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Request
from dsar.cases.states import COPIES, State
from dsar.crashpoints import effect
from dsar.engine import wakes
from dsar.engine.models import Plan, Step
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor

_STOPS = (Tag.EXECUTION_STOPPED, Tag.DELETION_VERIFICATION_FAILED)


class NothingToSkipError(MoveError):
    """No kind of record stopped this request; there is nothing to leave out."""


def skipped(plan: Plan) -> list[str]:
    """The kinds of records that a plan leaves out because they could not be read."""
    return list(plan.document.get("skipped", ()))


def failed(request: Request) -> str:
    """The kind of record of a copy that stopped it last; empty where it was none, or something else."""
    if request.right not in COPIES or request.state != State.NEEDS_ATTENTION:
        return ""
    entry = log.last([request.pk], _STOPS).get(str(request.pk))
    detail = json.loads(entry.canonical).get("detail", {}) if entry else {}
    return str(detail.get("declaration", ""))


@effect("review.skip")
@transaction.atomic
def skip(request: Request, *, label: str, actor: Actor, reason: str) -> Request:
    """Carry a copy out without the kind of record that stopped it; the reason is kept as a sealed note.

    Only what failed last can be left out, as it was shown. What cannot be read is not refused: the person is told, and
    the plan is made anew, without the gap, if the request comes back to review. Raises NothingToSkipError.
    """
    if not reason.strip() or not label or failed(request) != label:
        raise NothingToSkipError
    lifecycle.advance(request, to=State.EXECUTING, actor=actor, reason=reason)
    plan = Plan.objects.select_for_update().get(request=request)
    plan.document["skipped"] = [*skipped(plan), label]
    plan.save(update_fields=["document"])
    Step.objects.filter(request=request, declaration=label, action="package").delete()
    log.append(
        Tag.STEP_SKIPPED,
        request=request.pk,
        declaration=label,
        reason=box.digest(request.case.key, reason),
        **actor.witnessed(request.case),
    )
    Request.objects.filter(pk=request.pk).update(lease_until=None)
    wakes.wake(request.pk)
    return request
