"""A worker and the clock in this process: fetch from the real broker what was published, and let time go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import connection
from psycopg import sql

from dsar import tasks

if TYPE_CHECKING:
    from kombu import Connection

_ROUNDS = 5
"""Sweeps that recovery may take at most; each finds what the one before brought to light."""
_WAITING = {
    "dsar_cases_request": ("lease_until",),
    "dsar_cases_letter": ("written_at",),
    "dsar_dispatch_wake": ("due_at",),
    "dsar_engine_heartbeat": ("beat_at",),
    "dsar_packages_package": ("ended_at", "removed_at"),
}
"""The columns by which something waits for its time."""
_OLDER = sql.SQL("UPDATE {} SET {} = {} - make_interval(mins => %s)")


def queues() -> list[str]:
    """The queues that a worker listens on."""
    return sorted(current_app.amqp.queues)


def empty() -> None:
    """Throw away what lies in the broker."""
    with current_app.connection_for_write() as link:
        channel: Any = link.default_channel
        for name in queues():
            channel.queue_purge(name)


def work_off() -> int:
    """Run every task that was published, as a worker does; returns how many."""
    done = 0
    with current_app.connection_for_write() as link:
        while message := _next(link):
            headers, (arguments, *_) = message.headers, message.decode()
            current_app.tasks[headers["task"]](*arguments)
            # Late, as the site's workers do: who dies before takes the message along, and the sweep must do without.
            message.ack()
            done += 1
    return done


def _next(link: Connection) -> Any:
    channel: Any = link.default_channel
    return next(filter(None, (channel.basic_get(name) for name in queues())), None)


def recover() -> None:
    """What goes on by itself after somebody died: time goes by, the sweep comes, workers work; nothing else."""
    for _ in range(_ROUNDS):
        let_time_pass()
        tasks.sweep()
        work_off()
        tasks.seal()


def let_time_pass(minutes: int = 10) -> None:
    """Make whatever waits that much older: leases, pauses, promises."""
    with connection.cursor() as cursor:
        for table, columns in _WAITING.items():
            for column in columns:
                name = sql.Identifier(column)
                cursor.execute(_OLDER.format(sql.Identifier(table), name, name), [minutes])
