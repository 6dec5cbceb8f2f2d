"""A deploy in mid-execution, whose code would plan otherwise: what was approved is done, or it stops and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.contract.vocabulary import Row
from dsar.engine import execution, review
from dsar.ledger import log
from tests.crash import dying, working
from tests.engine.looking import places_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


@pytest.mark.parametrize("point", ["lease.claim:after", "rows.erase:after", "journal.write:after"])
def test_new_code_that_plans_otherwise_stops_and_says_so(
    *,
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    dora: Actor,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    """Before or after the rows went: the new code does nothing; with the old code it ends as it was approved."""
    request = granted(ask(cast.alice, "deletion"))
    dying.killed(lambda: execution.run(request.pk), point=point, passage=1)
    places = places_of("canary-alice")
    working.let_time_pass()
    with monkeypatch.context() as deployed:
        _deploy(deployed)
        execution.run(request.pk)
    assert _state_of(request) == State.NEEDS_ATTENTION
    assert places_of("canary-alice") == places
    said = [
        entry.canonical for entry in log.entries(request.pk) if entry.tag == "execution.stopped"
    ]
    assert len(said) == 1
    assert "PlanOutdatedError" in said[0]
    review.retry(request, actor=dora)
    execution.run(request.pk)
    assert _state_of(request) == State.CLOSED


def _deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code in which tags are kept that would have been deleted."""
    from dsar.engine.rights import deletion  # noqa: PLC0415 - only what is patched.

    monkeypatch.setitem(deletion._ACTIONS, Row.DELETED, "retain")  # noqa: SLF001 - another version of the code.


def _state_of(request: Request) -> str:
    return str(Request.objects.get(pk=request.pk).state)
