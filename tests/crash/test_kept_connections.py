"""A worker keeps its connection from task to task, and a connection that was cut costs no task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from config.embedded import daemons
from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.dispatch.models import Wake

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.processes import Process
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

pytestmark = pytest.mark.timeout(240)

_OTHERS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def _backends() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return {pid for (pid,) in cursor.fetchall()}


def _end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_connections_are_kept_and_one_that_was_cut_is_replaced(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    crew: Callable[[], Process],
) -> None:
    before = _backends()

    def carried_out(case: Case) -> set[int]:
        request = granted(case)
        closed = Request.objects.filter(pk=request.pk, state=State.CLOSED)
        daemons.wait_until(closed.exists, seconds=60, what="the request's end")
        daemons.wait_until(
            lambda: not Wake.objects.exists(), seconds=60, what="the end of what follows"
        )
        assert closed.get().attempts <= 1
        return _backends() - before

    crew()
    first = carried_out(ask(cast.carol, "access"))
    assert first, "An idle worker keeps its connection."
    assert carried_out(ask(cast.alice, "access")) & first
    for pid in first:
        _end(pid)
    daemons.wait_until(lambda: not _backends() & first, seconds=10, what="the cut")
    again = carried_out(ask(cast.bob, "access"))
    assert again
    assert not again & first
