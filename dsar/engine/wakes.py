"""Find work that nobody was woken for: a lost task, a dead worker's lease, the end of a waiting period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import leases

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

EXECUTE = "dsar.execute"
MOST = 20
"""Tasks a sweep wakes; each takes the request that is due first, so a backlog drains in order."""


def wake(request_id: UUID, *, due: datetime | None = None) -> None:
    """Have a worker carry a request out, in the caller's transaction."""
    outbox.wake(EXECUTE, str(request_id), due=due)


def wake_due() -> int:
    """Wake workers for requests that may be claimed now; returns how many were woken."""
    with effect("outbox.sweep_requests"), transaction.atomic():
        waiting = leases.claimable(most=MOST)
        for request_id in waiting:
            wake(request_id)
    return len(waiting)
