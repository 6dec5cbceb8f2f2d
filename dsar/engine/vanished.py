"""Notice that records of a person went while a copy of them was owed (DPA 2018 s 173; EDPB Guidelines 01/2022, 37-39).

How many records of each kind there were is kept with the first plan of a request for a copy. Until its answer no
deletion and no retention run of ours touches that person. Fewer of a kind, when the copy is made or at the look that
each open request gets every hour, were removed by something else: that is noted once, for staff and in the ledger. Rows
that came instead hide as many that went; only counts are kept.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from dsar import conf
from dsar.cases import subjects
from dsar.cases.models import Request
from dsar.cases.states import COPIES, OPEN, Right
from dsar.crashpoints import effect
from dsar.engine import discovery
from dsar.engine.models import Plan, Step
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_BATCH = 500
_AGAIN_AFTER = timedelta(minutes=50)
_OWN = "dsar"
"""What we keep about requests comes and goes by rules of its own."""


def counted(request: Request, steps: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many records of each kind a plan found, to be held against later; nothing where no copy was asked for."""
    if request.right not in COPIES:
        return {}
    passing = conf.get("PASSING_KINDS")
    return {
        step["declaration"]: step["expected"]
        for step in steps
        if step.get("expected") and _is_apps(step["declaration"], passing)
    }


def _is_apps(label: str, passing: Iterable[str]) -> bool:
    return label.partition(".")[0] != _OWN and label not in passing


def look(request: Request, counts: Mapping[str, int]) -> dict[str, int]:
    """Note what went since the request was filed, by kind; what is noted already is not noted again.

    The request comes with its plan, `counts` from discovery. A kind that nobody declares any more says nothing.
    """
    plan = request.plan
    gone = {
        label: before - counts[label]
        for label, before in plan.counted.items()
        if counts.get(label, before) < before
    }
    if not _is_news(gone, plan):
        return {}
    explained = _explained(request, gone)
    said = {label: rows for label, rows in gone.items() if label not in explained}
    if not _is_news(said, plan):
        return {}
    with effect("records.notice"), transaction.atomic():
        noted = {"gone": said, "gone_at": timezone.now()}
        # Whoever looked at the same time has noted it.
        if not Plan.objects.filter(pk=plan.pk, gone=plan.gone).update(**noted):
            return {}
        log.append(Tag.RECORDS_VANISHED, request=request.pk, rows=said)
    return said


def _is_news(gone: Mapping[str, int], plan: Plan) -> bool:
    return any(rows > plan.gone.get(label, 0) for label, rows in gone.items())


def _explained(request: Request, labels: Iterable[str]) -> set[str]:
    """The kinds that a deletion of the same person, begun before, has touched since: it has evidence of its own.

    Of somebody without account also a correction, after which a record may not say any more whose it is.
    """
    case = request.case
    same = (
        Q(request__case__subject_id=case.subject_id)
        if case.subject_id is not None
        else Q(request__case__address_digest=case.address_digest)
    )
    acts = [Right.DELETION] if case.subject_id is not None else [Right.DELETION, Right.CORRECTION]
    since = Q(request__closed_at__isnull=True) | Q(request__closed_at__gte=case.received_at)
    acted = Step.objects.filter(
        same,
        since,
        request__right__in=acts,
        declaration__in=labels,
        state=Step.State.DONE,
    )
    return set(acted.exclude(request=request.pk).values_list("declaration", flat=True))


def sweep() -> int:
    """Look at the open requests for a copy that were not looked at for an hour; of how many something went."""
    before = timezone.now() - _AGAIN_AFTER
    waiting = Request.objects.filter(right__in=COPIES, state__in=OPEN).exclude(plan__counted={})
    due = waiting.filter(Q(plan__looked_at__isnull=True) | Q(plan__looked_at__lt=before))
    found = list(
        due.select_related("case__key", "plan").order_by(
            F("plan__looked_at").asc(nulls_first=True)
        )[:_BATCH]
    )
    # Marked first: one that cannot be looked at must not keep the others from their turn.
    with effect("records.look"), transaction.atomic():
        Plan.objects.filter(request__in=found).update(looked_at=timezone.now())
    return sum(bool(look(one, discovery.discover(subjects.of(one.case)))) for one in found)
