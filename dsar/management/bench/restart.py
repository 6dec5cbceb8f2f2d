"""Restart: from the SIGKILL of the worker that holds a request to the claim by another, in the site's own settings."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection

from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.management.bench import crew, desk, people, scratch, surroundings

if TYPE_CHECKING:
    from dsar.management.bench.crew import Crew, Member

BUDGET_MS = 30_000
_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`ours_ms` is the median from the kill to the next claim, `worst_ms` the longest."""

    work: str
    users: int
    rows: int
    pairs: int
    ours_ms: float
    worst_ms: float
    closed_ms: float
    """The median from the kill to the closed request."""
    budget: dict[str, float] = field(default_factory=lambda: {"worst_ms": BUDGET_MS})


def run(*, users: int, rows: int, times: int) -> dict[str, Any]:
    """Kill so many times; raises RuntimeError where a request was lost or answered twice."""
    resumed, closed = [], []
    with (
        surroundings.made() as folder,
        scratch.copy_of(users),
        crew.at_work(folder, workers=2) as workers,
    ):
        for person in people.near(rows, most=times):
            after = _kill_while_it_works(workers, person.key)
            resumed.append(after[0])
            closed.append(after[1])
            workers.hire()
    return asdict(
        Figures(
            work="restart",
            users=users,
            rows=rows,
            pairs=len(resumed),
            ours_ms=round(median(resumed)),
            worst_ms=round(max(resumed)),
            closed_ms=round(median(closed)),
        )
    )


def _kill_while_it_works(workers: Crew, person: Any) -> tuple[float, float]:
    """Milliseconds to the next claim, and to the end; the worker stands at the person's row when it dies."""
    with closing(connection.copy()) as other:
        _lock(other, person)
        request = desk.approved(person, Right.DELETION)
        holder = _who_waits(workers)
        workers.kill(holder)
        killed = time.monotonic()
    _wait(request, "The next claim", lease_token__gte=2)
    resumed = time.monotonic() - killed
    _wait(request, "The end", state=State.CLOSED)
    desk.check(request)
    if Letter.objects.filter(request=request, kind=Letter.Kind.ANSWER).count() != 1:
        raise RuntimeError("The request was not answered exactly once.")
    return resumed * 1000, (time.monotonic() - killed) * 1000


def _lock(other: Any, person: Any) -> None:
    """Hold the person's row, at which the deletion waits, until this connection is closed."""
    other.set_autocommit(False)
    user = get_user_model()
    with other.cursor() as cursor:
        cursor.execute(
            f'SELECT 1 FROM "{user._meta.db_table}" WHERE "{user._meta.pk.column}" = %s FOR UPDATE',
            [person],
        )


def _who_waits(workers: Crew) -> Member:
    """The worker whose session waits for that lock and holds the request, by the name it gave the server.

    Another one may wait there too, for whoever writes about the person locks their row as well.
    """
    found: list[str] = []

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.application_name FROM pg_stat_activity a JOIN pg_locks l USING (pid)"
                " WHERE a.wait_event_type = 'Lock' AND a.datname = current_database()"
                " AND a.application_name LIKE %s AND l.granted AND l.mode = 'RowShareLock'"
                " AND l.relation = 'dsar_cases_request'::regclass",
                [f"{crew.PREFIX}%"],
            )
            found.extend(name for (name,) in cursor.fetchall())
        return bool(found)

    crew.wait_until(waits, seconds=_SECONDS, what="Starting the work")
    return next(one for one in workers.workers if one.name == found[0])


def _wait(request: Request, what: str, **reached: Any) -> None:
    done = Request.objects.filter(pk=request.pk, **reached)
    crew.wait_until(done.exists, seconds=_SECONDS, what=what, pause=0.02)
