"""Which workers answer now, and on which queues they listen; asked over the broker, as nothing else tells it."""

from __future__ import annotations

from dataclasses import dataclass

from celery import current_app

from dsar.dispatch import outbox

PATIENCE_SECONDS = 1.0
"""So long answers are waited for; a worker answers beside its work."""
_LOOK_SECONDS = 0.1
"""So long one look for answers waits at the broker; the last one is waited for when the link is closed."""


class BrokerAwayError(RuntimeError):
    """The broker cannot be reached, so no worker can be asked."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A worker that answered."""

    name: str
    queues: tuple[str, ...]


def answering() -> list[Worker]:
    """Every worker that answers in time, by name; raises BrokerAwayError."""
    link = outbox.link(polling_interval=_LOOK_SECONDS)
    try:
        with link:
            asked = current_app.control.inspect(timeout=PATIENCE_SECONDS, connection=link)
            found = asked.active_queues() or {}
    except outbox.lost(link) as error:
        raise BrokerAwayError from error
    return [
        Worker(name=name, queues=tuple(sorted(one["name"] for one in queues)))
        for name, queues in sorted(found.items())
    ]


def queues() -> list[str]:
    """The queues that somebody has to listen on."""
    return sorted(current_app.amqp.queues)
