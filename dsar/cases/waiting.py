"""The end of waiting for the requester: the questions that were open are answered, and the dates counted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from dsar.cases import deadlines
from dsar.cases.delays import Pause
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.models import Request


def end(request: Request, **witness: Any) -> bool:
    """End every open question of a locked request, and count its dates anew; False where none was open.

    Called when the requester answered, however they did, and when the request ends.
    """
    waiting = list(Pause.objects.filter(request=request, answered_at__isnull=True))
    if not waiting:
        return False
    # Two servers' clocks may differ by a little; no answer comes before its question.
    Pause.objects.filter(pk__in=[one.pk for one in waiting]).update(
        answered_at=Greatest(F("asked_at"), Value(timezone.now()))
    )
    log.append(
        Tag.REQUEST_RESUMED,
        request=request.pk,
        kinds=sorted(one.kind for one in waiting),
        **witness,
    )
    deadlines.recompute(request, because="answered", **witness)
    return True
