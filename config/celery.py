"""The task queue: its only work is to wake workers; what is to be done stands in PostgreSQL."""

from __future__ import annotations

import os
from typing import Any

import kombu
from celery import Celery
from celery.app.amqp import AMQP
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LONGEST_PAUSE_SECONDS = 5


class Connection(kombu.Connection):
    """A connection whose pauses between attempts stay short: after a long outage work goes on at once."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Connect, or try again until it succeeds."""
        return super().ensure_connection(*args, **{"interval_max": LONGEST_PAUSE_SECONDS, **kwargs})


class Queues(AMQP):
    """How workers and beat reach the broker."""

    Connection = Connection


app = Celery("config", amqp=Queues)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
