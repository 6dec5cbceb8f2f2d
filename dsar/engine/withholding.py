"""Put a refused copy aside, sealed and readable by nobody, and shred it when its days are over (PDPA s 22A).

Of an answer that left passages or files out it is the whole copy, with them. Where a kind of record could not be read,
no copy could hold it: the rows themselves stay until the last day.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dsar.cases import preserving, withholding
from dsar.cases.delays import Preserved
from dsar.cases.models import Request
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import packing
from dsar.packages import withheld
from dsar.packages.vault import PackageError

if TYPE_CHECKING:
    from uuid import UUID

_BATCH = 500
_LOST_AFTER = timedelta(minutes=10)
_OWED = Preserved.objects.filter(copied_at__isnull=True, ended_at__isnull=True).filter(
    ~Q(request__plan__document__has_key="skipped")
)
"""The copies to be made: of what cannot be read none is."""

logger = logging.getLogger(__name__)


def put_aside(request_id: UUID) -> bool:
    """Make the copy that was refused, once; False where it is there already or another worker makes it.

    A crash in here leaves a sealed file nobody has a use for; the next attempt abandons it and begins again.
    """
    if not _OWED.filter(request=request_id).exists():
        return False
    request = Request.objects.select_related("case__key", "plan").get(pk=request_id)
    try:
        with effect("copy.begin"), transaction.atomic():
            package = packing.begin(request, contents=packing.EVERYTHING, aside=True)
        packed = packing.fill(package, request, contents=packing.EVERYTHING)
        packed.flushed()
        with effect("copy.put_aside"), transaction.atomic():
            withheld.keep(package, packed.written)
            Preserved.objects.filter(request=request_id).update(copied_at=timezone.now())
    except PackageError as error:
        logger.warning("The copy of request %s waits: %s", request_id, type(error).__name__)
        return False
    return True


def sweep() -> int:
    """Wake what a lost worker left, and shred what has been kept long enough; how many were shredded."""
    waking = outbox.waking(withholding.TASK)
    before = timezone.now() - _LOST_AFTER
    owed = _OWED.filter(owed_at__lt=before)
    for pk in map(str, owed.values_list("request_id", flat=True)[:_BATCH]):
        if pk not in waking:
            outbox.wake(withholding.TASK, pk, queue="requests")
    return sum(_end(one) for one in preserving.over()[:_BATCH])


def _end(preserved: Preserved) -> bool:
    """Shred one; a copy that was never made ends as well, so that it holds nothing any longer."""
    with effect("copy.end"), transaction.atomic():
        ended = Preserved.objects.filter(pk=preserved.pk, ended_at__isnull=True)
        if not ended.update(ended_at=timezone.now()):
            return False
        withheld.shred(preserved.request_id)
    return True
