"""A refusal, whole or in part, leaves a duty: its copy is put aside for the days that the law names (PDPA s 22A)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import deadlines
from dsar.cases.delays import Preserved
from dsar.cases.states import Outcome, Right
from dsar.dispatch import outbox
from dsar.law import clock
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import datetime

    from dsar.cases.models import Request

TASK = "dsar.withhold"
OWING = frozenset({Outcome.REFUSED, Outcome.PARTIALLY_FULFILLED})
"""The ends of a request after which something of what was asked for was not given."""


def begin(request: Request, *, refused_at: datetime) -> None:
    """Note in the refusal's own transaction that its copy is owed, and wake a worker to make it.

    Only of a person who was known: for nobody else is there anything to put aside.
    """
    if request.right != Right.ACCESS or request.case.verified_at is None:
        return
    laws = deadlines.laws(request)
    until = clock.preserve_until(
        deadlines.day_of(refused_at), laws=laws, holidays=deadlines.holidays(laws)
    )
    if until is None:
        return
    # A request that was opened again and refused again owes its copy anew.
    anew = {"until": until, "owed_at": refused_at, "copied_at": None, "ended_at": None}
    Preserved.objects.update_or_create(request=request, defaults=anew)
    log.append(Tag.COPY_OWED, request=request.pk, until=until.isoformat())
    outbox.wake(TASK, str(request.pk), queue="requests")
