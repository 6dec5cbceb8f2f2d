"""The load: requests of every right and size, two workers of which one is killed every few seconds, and an audit.

Deletions wait for the sweep until all rows are gone, as they do in a house that sweeps by night; then the night comes.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.management import CommandError
from django.db.models import Count
from django.utils import timezone

from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.management.bench import asking, audit, crew, people, scratch, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dsar.management.bench.crew import Crew

SPARE = 200
"""People beyond those who ask: the staff, and neighbours whom nothing may touch."""
_LOOK_SECONDS = 2.0
_TOLD_EVERY = 15


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to do."""

    requests: int
    workers: int
    kill_every: float
    minutes: float
    seed: int


def run(order: Order, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Do it and tell what came of it; `wrong` is empty where everything is right."""
    end = time.monotonic() + order.minutes * 60
    with surroundings.made() as folder, scratch.copy_of(order.requests + SPARE):
        began = time.monotonic()
        plan = asking.plan(people.everybody(most=order.requests), seed=order.seed)
        before = audit.look(plan)
        with crew.at_work(folder, workers=order.workers, sweep_hour=_another_hour()) as workers:
            with _killed_now_and_then(workers, order) as killed:
                _file(plan, say=say, end=end)
                _wait(_waits_for_nothing_but_the_sweep, say=say, end=end)
                say("All rows are gone that go; now the sweep.")
                _let_night_come(workers)
                _wait(lambda: not _at_work(), say=say, end=end)
            took = time.monotonic() - began
        say("All are closed; checking.")
        wrong = audit.wrong(plan, before=before)
        effort = audit.effort()
    return _figures(order, plan, took=took, killed=killed, found=effort | {"wrong": wrong})


def _another_hour() -> int:
    return (timezone.localtime().hour + 12) % 24


def _file(plan: Sequence[asking.Wish], *, say: Callable[[str], None], end: float) -> None:
    for number, wish in enumerate(plan, start=1):
        asking.file(wish)
        if not number % 500:
            say(f"{number} filed, {Request.objects.filter(state=State.CLOSED).count()} closed")
        if time.monotonic() > end:
            raise CommandError("There was not time enough to file all requests.")


def _open() -> dict[str, int]:
    """How many requests are not closed, by state."""
    found = Request.objects.exclude(state=State.CLOSED).values_list("state")
    return dict(found.annotate(Count("pk")).order_by())


def _at_work() -> bool:
    """Whether workers have anything to do; what needs attention waits for people, and the audit tells of it."""
    return bool(set(_open()) - {State.NEEDS_ATTENTION})


def _waits_for_nothing_but_the_sweep() -> bool:
    """Whether whatever is open has done all that it does before the sweep."""
    open_ = Request.objects.exclude(state__in=(State.CLOSED, State.NEEDS_ATTENTION))
    return not open_.exclude(not_before__gt=timezone.now(), state=State.EXECUTING).exists()


def _wait(done: Callable[[], bool], *, say: Callable[[str], None], end: float) -> None:
    told = 0
    while not done():
        if time.monotonic() > end:
            raise CommandError(f"There was not time enough; still open: {_open()}.")
        time.sleep(_LOOK_SECONDS)
        told += 1
        if not told % _TOLD_EVERY:
            say(f"open: {_open()}")


def _let_night_come(workers: Crew) -> None:
    """Put workers that sweep at once in the place of those who wait for the hour."""
    workers.sweep_hour = None
    workers.replace_all()
    Request.objects.exclude(state=State.CLOSED).update(not_before=None)


@contextmanager
def _killed_now_and_then(workers: Crew, order: Order) -> Iterator[Counter[str]]:
    """Kill a worker every few seconds, from a thread of its own, and put another in its place at once."""
    killed: Counter[str] = Counter()
    over = threading.Event()
    rng = random.Random(order.seed)  # noqa: S311 - whom it hits must be repeatable, not unguessable.

    def strike() -> None:
        while not over.wait(order.kill_every):
            workers.replace_one(rng.choice)
            killed["workers"] += 1

    striking = threading.Thread(target=strike, daemon=True)
    if order.kill_every:
        striking.start()
    try:
        yield killed
    finally:
        over.set()
        if order.kill_every:
            striking.join()


def _figures(
    order: Order,
    plan: Sequence[asking.Wish],
    *,
    took: float,
    killed: Counter[str],
    found: dict[str, Any],
) -> dict[str, Any]:
    return {
        "work": "load",
        "users": order.requests + SPARE,
        "requests": len(plan),
        "rights": dict(Counter(str(wish.right) for wish in plan)),
        "workers": order.workers,
        "kills": killed["workers"],
        "seconds": round(took, 1),
        "per_second": round(len(plan) / took, 2),
    } | found
