"""Wake a task by its name, once the work it belongs to is committed, and never lose the call.

The row is written with the work. After the commit it is published and then removed; if the process dies or
the broker is away in between, `sweep` publishes it later. A task may therefore be woken twice, never not at all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from kombu.pools import producers

from dsar.crashpoints import effect
from dsar.dispatch.models import Wake
from dsar.tally import counts

if TYPE_CHECKING:
    from datetime import datetime

    from kombu import Connection

BATCH = 100
_IMPATIENT = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}
"""Transport options of publishing: a web request must not wait for a dead broker, the row waits instead."""

logger = logging.getLogger(__name__)


def wake(
    task: str, *arguments: object, due: datetime | None = None, queue: str = "requests"
) -> None:
    """Have the task run once the caller's transaction has committed, not before `due`.

    `arguments` are JSON and lie in the broker in the clear: references, never personal data.
    """
    with effect("outbox.write"):
        row = Wake.objects.create(
            task=task, arguments=list(arguments), queue=queue, due_at=due or Now()
        )
    if due is None:
        # A function: Django names what failed by its __qualname__, which a partial lacks.
        transaction.on_commit(lambda: _publish(row), robust=True)


def waking(task: str) -> set[Any]:
    """What the task is about to be woken for: the first argument of each wake of it that lies in the outbox."""
    return set(Wake.objects.filter(task=task).values_list("arguments__0", flat=True))


def sweep() -> int:
    """Publish whatever is due, earliest first, and return how many; stops quietly while the broker is away."""
    total = 0
    while published := _publish_due():
        total += published
    return total


def _publish(row: Wake) -> None:
    """Publish a row that was just committed. The sweep may take it in the same moment: tasks are safe to run twice."""
    with effect("outbox.publish"):
        if send(row):
            _remove([row.pk])


def _publish_due() -> int:
    """Publish up to a batch of rows that nobody else is publishing, and remove those the broker took."""
    with effect("outbox.publish_due"), transaction.atomic():
        due = Wake.objects.filter(due_at__lte=Now()).order_by("due_at", "pk")
        batch = due.select_for_update(skip_locked=True)[:BATCH]
        taken: list[int] = []
        for row in batch:
            if not send(row):
                break
            taken.append(row.pk)
        # A crash before this commits leaves the rows: they are published again.
        if taken:
            _remove(taken)
    return len(taken)


def _remove(keys: list[int]) -> None:
    """Remove published rows without waiting for the disk: what a power cut brings back is published again.

    The setting lasts as long as the transaction; set by the statement itself, it takes none of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM dsar_dispatch_wake WHERE id = ANY(%s)"
            " AND set_config('synchronous_commit', 'off', true) = 'off'",
            [keys],
        )


def send(row: Wake) -> bool:
    """Hand one row to the broker; False if the broker is away."""
    broker = link()
    try:
        with effect("outbox.send"), producers[broker].acquire(block=True) as producer:
            current_app.send_task(
                row.task, args=row.arguments, queue=row.queue, producer=producer, retry=False
            )
    except lost(broker):
        logger.warning("The broker is away; %s stays in the outbox.", row.task)
        counts.add(counts.Kind.BROKER_FAILED)
        return False
    return True


def lost(link: Connection) -> tuple[type[BaseException], ...]:
    """What says that the broker is away: connecting fails with kombu's error, later the transport's own come."""
    return (OperationalError, *link.recoverable_connection_errors)


def link(**options: float) -> Connection:
    """The broker as publishing sees it, with more of its transport's options; equal links share a pool."""
    return current_app.connection_for_write(transport_options=_IMPATIENT | options)
