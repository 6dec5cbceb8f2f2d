"""What fails is tried again, then shown to somebody; it never ends as done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Request
from dsar.cases.states import Outcome, Right, State
from dsar.engine import execution, review
from dsar.ledger import log
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast


def may_be_claimed(request: Request) -> None:
    """Let the pause before the next attempt be over."""
    Request.objects.filter(pk=request.pk).update(lease_until=None)


@pytest.fixture
def full_storage(settings: Any, tmp_path: Path) -> Path:
    """The packages' folder cannot be written: a file stands where it should be."""
    (tmp_path / "packages").write_text("in the way")
    return tmp_path / "packages"


def test_storage_that_fails_is_tried_again_and_then_shown_to_somebody(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    full_storage: Path,
    dora: Actor,
) -> None:
    """Five attempts, then needs_attention with the reason in the ledger; mended, it ends as it must."""
    request = granted(ask(cast.alice, "access"))
    for _ in range(5):
        may_be_claimed(request)
        assert execution.run(request.pk) == request.pk
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION
    assert request.answered_at is None
    last = [entry.tag for entry in log.entries(request.pk)]
    assert "execution.stopped" in last
    full_storage.unlink()
    review.retry(request, actor=dora)
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)


def test_a_claim_that_a_guard_turned_away_is_no_attempt(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    settings: Any,
) -> None:
    """A deletion that waited for a copy, however long, is tried again after its first failure."""
    copy = granted(ask(cast.alice, "access"))
    request = granted(ask(cast.alice, "deletion"))
    for _ in range(6):
        may_be_claimed(request)
        assert execution.run(request.pk) is None
    execution.run(copy.pk)
    may_be_claimed(request)
    settings.DSAR = settings.DSAR | {"ERASURE_JOURNAL": ""}
    execution.run(request.pk)
    request.refresh_from_db()
    assert (request.state, request.attempts) == (State.EXECUTING, 1)


def test_failed_request_does_not_hold_up_the_next(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    full_storage: Path,
) -> None:
    """While it rests, the request that is due after it is carried out."""
    failing = granted(ask(cast.alice, "access"))
    scope = {"ground": "accuracy_contested", "purposes": ["test_lending"]}
    waiting = granted(ask(cast.bob, Asked(right=Right.RESTRICTION, scope=scope)))
    # Both are due on the same day, so either may come first.
    assert {execution.run(), execution.run()} == {failing.pk, waiting.pk}
    assert execution.run() is None


def test_correction_of_what_changed_altogether_goes_back_to_staff(
    cast: Cast, ask: Callable[..., Case], granted: Callable[[Case], Request]
) -> None:
    """Nothing was corrected, so nothing is answered: somebody looks again, and the proposal stands."""
    row = str(Member.objects.get(user_id=cast.alice.pk).pk)
    wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Alix")
    request = granted(ask(cast.alice, Asked(right=Right.CORRECTION, corrections=(wish,))))
    Member.objects.filter(pk=row).update(nickname="changed by somebody")
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION
    assert request.corrections.get().result == "proposed"
