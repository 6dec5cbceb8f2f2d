"""Tell a load balancer, or a starting command, whether this process lives and whether it can do its work."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

PATIENCE_SECONDS = 2
UNAVAILABLE = 503

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django hands it in.
    """Answer 200: the process answers. A database that is away is no reason to start it anew."""
    return _said("ok")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django hands it in.
    """Answer 200 when the database answers and has this code's tables, else 503.

    Why not stands in the log; nothing about the system is told. The broker is not asked: without it requests are
    taken in all the same, and published later.
    """
    try:
        missing = _missing_migrations()
    except Error as error:
        logger.warning("Not ready: the database does not answer (%s).", type(error).__name__)
        return _said("not ready", status=UNAVAILABLE)
    if missing:
        logger.warning("Not ready: %d migrations are missing.", missing)
        return _said("not ready", status=UNAVAILABLE)
    return _said("ok")


def _missing_migrations() -> int:
    """How many of this code's migrations the database has not seen; asked within bounds."""
    connection = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE_SECONDS}s'")
        done = MigrationRecorder(connection).applied_migrations()
    return len(_wanted_migrations() - set(done))


@cache
def _wanted_migrations() -> frozenset[tuple[str, str]]:
    """Every migration that this code brings; read from the disk once a process."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _said(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain", status=status)
