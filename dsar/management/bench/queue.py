"""The queue: how long an idle system takes from a commit to a claim, and how many requests workers do in a second."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.management.bench import crew, desk, people, scratch, surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BUDGET_MS = 10
WARM_UP = 8
"""Requests that are not counted: a process that has just started reads its code first."""
CREWS = (1, 2, 4)
_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Medians: `overhead_ms` is what the queue adds.

    `ours_ms` runs from the commit of an approval to the claim by a worker that was waiting, `limit_ms` from a call in
    this process to the same claim.
    """

    work: str
    users: int
    rows: int
    pairs: int
    ours_ms: float
    least_ms: float
    p95_ms: float
    limit_ms: float
    overhead_ms: float
    per_second: dict[str, float] = field(default_factory=dict)
    """Requests closed in a second, by the number of workers."""
    budget: dict[str, float] = field(default_factory=lambda: {"overhead_ms": BUDGET_MS})


def run(*, users: int, rows: int, requests: int) -> dict[str, Any]:
    """Measure both; each number of workers begins with a fresh copy of the database."""
    with surroundings.made() as folder:
        bare = _calls(users=users, rows=rows, requests=requests)
        waits = _waits(folder, users=users, rows=rows, requests=requests)
        rates = {
            str(workers): _rate(folder, users=users, rows=rows, requests=requests, workers=workers)
            for workers in CREWS
        }
    return asdict(
        Figures(
            work="queue",
            users=users,
            rows=rows,
            pairs=len(waits),
            ours_ms=round(median(waits), 2),
            least_ms=round(min(waits), 2),
            p95_ms=round(quantiles(waits, n=20)[-1], 2),
            limit_ms=round(median(bare), 2),
            overhead_ms=round(median(waits) - median(bare), 2),
            per_second=rates,
        )
    )


def _calls(*, users: int, rows: int, requests: int) -> list[float]:
    """Milliseconds from a call to the claim, in this process and without workers."""
    took = []
    with scratch.copy_of(users):
        for person in people.near(rows, most=requests + WARM_UP):
            request = desk.approved(person.key, Right.ACCESS)
            called = timezone.now()
            desk.carry_out(request)
            took.append((_claimed_at(request) - called).total_seconds() * 1000)
    return took[WARM_UP:]


def _waits(folder: Path, *, users: int, rows: int, requests: int) -> list[float]:
    """Milliseconds of each request, filed when nothing is left to do; a second process mails the receipt."""
    waits = []
    with scratch.copy_of(users), crew.at_work(folder, workers=1, processes=2):
        for person in people.near(rows, most=requests + WARM_UP):
            request, committed = _filed(person.key)
            _wait_for_end()
            _wait_for_mails()
            waits.append((_claimed_at(request) - committed).total_seconds() * 1000)
    return waits[WARM_UP:]


def _filed(person: Any) -> tuple[Request, datetime]:
    """File, and note the moment right after the commit, before anybody is woken."""
    committed: list[datetime] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(timezone.now()))
        request = desk.approved(person, Right.ACCESS)
    return request, committed[0]


def _claimed_at(request: Request) -> datetime:
    entry = log.entries(request.pk).filter(tag=Tag.REQUEST_CLAIMED).latest("pk")
    return datetime.fromisoformat(entry.at)


def _rate(folder: Path, *, users: int, rows: int, requests: int, workers: int) -> float:
    """Requests a second between the first and the last that was closed; all were filed before."""
    with scratch.copy_of(users):
        found = people.near(rows, most=requests)
        filed = [desk.approved(person.key, Right.ACCESS) for person in found]
        with crew.at_work(folder, workers=workers):
            _wait_for_end()
        return _closed_a_second(filed)


def _closed_a_second(filed: Sequence[Request]) -> float:
    found = Request.objects.filter(pk__in=[one.pk for one in filed])
    moments = sorted(one.closed_at for one in found if one.closed_at)
    return round((len(moments) - 1) / (moments[-1] - moments[0]).total_seconds(), 2)


def _wait_for_end() -> None:
    """Until every request is closed; asked rarely, for whoever asks takes a processor from those who work."""
    open_ = Request.objects.exclude(state=State.CLOSED)
    crew.wait_until(
        lambda: not open_.exists(), seconds=_SECONDS, what="Carrying the requests out", pause=0.1
    )


def _wait_for_mails() -> None:
    """Until the letters are announced: a worker that still mails is not idle."""
    unsent = Letter.objects.filter(mailed_at=None)
    crew.wait_until(
        lambda: not unsent.exists(), seconds=_SECONDS, what="Mailing the notices", pause=0.1
    )
