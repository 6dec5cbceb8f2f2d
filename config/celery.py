"""The task queue: its only work is to wake workers; what is to be done stands in PostgreSQL."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import kombu
from billiard import pool
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import setup_logging, task_prerun, worker_init
from django.core.checks import Tags, run_checks
from django.db import DEFAULT_DB_ALIAS, Error, close_old_connections, connections
from django_structlog.celery.steps import DjangoStructLogInitStep

if TYPE_CHECKING:
    from celery import Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LONGEST_PAUSE_SECONDS = 5
LAST_RESULT_SECONDS = 2
"""How long a stopping worker's process waits for its last result to be read.

Nobody reads it any more once the worker itself has begun to stop, and no task here has a result that anybody asks
for; the library would wait thirty seconds before the process ends.
"""
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = round(
    LAST_RESULT_SECONDS / pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_INTERVAL
)


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
# Else each task opens a connection of its own, and ends it: half of what lies between a commit and a claim.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def leave_logging_alone(**_given: Any) -> None:
    """Keep what the settings say of logging: what Celery would set up writes past what clears the lines."""


@task_prerun.connect
def look_at_connections(task: Task[Any, Any], **_given: Any) -> None:
    """Begin a task as a web request begins: with the connection that is there, unless it is too old or has broken."""
    if not task.request.is_eager:
        close_old_connections()


@worker_init.connect
def check_server(**_given: Any) -> None:
    """Refuse to work on a database server that would let a dead worker's locks stand.

    A database that does not answer yet is waited for, as always.
    """
    try:
        found = run_checks(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS])
    except Error:
        return
    finally:
        connections.close_all()
    wrong = [str(one) for one in found if one.is_serious()]
    if wrong:
        raise SystemExit("\n".join(wrong))
