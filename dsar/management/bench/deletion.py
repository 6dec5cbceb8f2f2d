"""Deletion: claim, erase, journal, verify, answer, close; against the same statements pipelined by hand.

The sweep over the whole database is told apart: it belongs to all deletions that wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

from django.db import transaction

from dsar.cases.states import Right
from dsar.contract import registry
from dsar.engine import discovery, erasing, verification
from dsar.management.bench import desk, figures

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.management.bench.figures import Work


def ours(person: Any) -> Work:
    """Our path, without the time of the sweep; the request is filed and signed here, before anything is timed."""
    request = desk.approved(person, Right.DELETION)

    def work() -> float:
        apart: list[float] = []
        with figures.stopwatch() as took, _sweep_timed(apart):
            desk.carry_out(request)
        desk.check(request)
        return took[0] - sum(apart)

    return work


def limit(person: Any) -> Work:
    """The bare statements; which ones is known before."""
    declarations = registry.current().all()
    counts = discovery.discover(person, concealed=True)
    held = [one for one in declarations if counts[one.label]]
    statements = erasing.statements(held)

    def work() -> float:
        with figures.stopwatch() as took, transaction.atomic():
            erasing.pipelined(statements, person)
        return took[0]

    return work


def _sweep_timed(apart: list[float]) -> Any:
    """The real sweep, with a watch on it."""
    sweep = verification.sweep

    def timed(request: Request, identifiers: list[str]) -> dict[str, int]:
        with figures.stopwatch() as took:
            found = sweep(request, identifiers)
        apart.extend(took)
        return found

    return mock.patch.object(verification, "sweep", timed)
