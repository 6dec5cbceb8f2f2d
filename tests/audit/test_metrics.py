"""The figures of a period, against a handful of requests that were counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsar.audit import metrics
from dsar.cases.models import Case, Decision, Request
from tests import faces

if TYPE_CHECKING:
    from tests.testapp.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = date(2027, 1, 1), date(2027, 3, 31)
NOON = datetime(2027, 1, 10, 4, tzinfo=UTC)


def filed(person: Any, *, at: datetime = NOON, channel: str = "portal") -> Request:
    with time_machine.travel(at, tick=False):
        case = faces.file(person, "access", at=timezone.now() - timedelta(days=9))
    Case.objects.filter(pk=case.pk).update(channel=channel, regimes=["SG", "EU"])
    return case.requests.get()


def ended(request: Request, outcome: str, *, days: int | None, due: int = 30) -> Request:
    """Let a request have ended so many days after its receipt, due after so many."""
    received = request.case.received_at
    answered = None if days is None else received + timedelta(days=days)
    Request.objects.filter(pk=request.pk).update(
        state="closed",
        outcome=outcome,
        answered_at=answered,
        closed_at=answered or received,
        statutory_due_at=received + timedelta(days=due),
    )
    return request


@pytest.fixture
def counted(cast: Cast) -> list[metrics.Figures]:
    """Eight requests in the period and one before it."""
    ended(filed(cast.alice), "fulfilled", days=2)
    ended(filed(cast.bob, channel="email"), "fulfilled", days=10)
    ended(filed(cast.carol, channel="email"), "partially_fulfilled", days=40)
    refused = ended(filed(cast.alice), "refused", days=4)
    Decision.objects.create(
        request=refused, verdict="refused", grounds={"SG": "legal_claims", "EU": "excessive"}
    )
    ended(filed(cast.bob), "withdrawn_by_requester", days=1)
    ended(filed(cast.bob), "spam", days=None)
    ended(filed(cast.carol), "identity_not_verified", days=20)
    late = filed(cast.carol)
    Request.objects.filter(pk=late.pk).update(statutory_due_at=NOON + timedelta(days=30))
    ended(filed(cast.alice, at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC)), "fulfilled", days=1)
    with time_machine.travel("2027-03-11T04:00:00Z"):
        return metrics.of(FIRST, LAST)


def test_every_figure_by_hand(counted: list[metrics.Figures]) -> None:
    assert [(one.right, one.regime) for one in counted] == [("access", "EU"), ("access", "SG")]
    one = counted[1]
    assert (one.received, one.complied, one.partly, one.denied) == (8, 2, 1, 1)
    assert (one.not_verified, one.otherwise, one.open) == (1, 2, 1)
    # Answered after 1, 2, 4, 10, 20 and 40 days; the last of them late.
    assert (one.median_days, one.mean_days) == (7.0, 12.8)
    assert one.on_time == 83.3
    # The open one was due on 9 February, and one was answered after 40 days.
    assert (one.extended, one.paused, one.overdue, one.open_age) == (0, 0, 2, 60.0)
    assert one.denied_by == {"legal_claims": 1}
    assert counted[0].denied_by == {"excessive": 1}
    assert one.channels == {"email": 2, "portal": 6}


def test_a_day_is_the_organisations(counted: list[metrics.Figures], cast: Cast) -> None:
    """One minute before midnight in Singapore is the day before; a minute later is not."""
    assert counted[1].received == 8
    filed(cast.alice, at=datetime(2026, 12, 31, 16, 1, tzinfo=UTC))
    assert metrics.of(FIRST, LAST)[1].received == 9


def test_the_statements_do_not_grow(counted: list[metrics.Figures], cast: Cast) -> None:
    with CaptureQueriesContext(connection) as few:
        metrics.of(FIRST, LAST)
    for _ in range(5):
        filed(cast.alice)
    with CaptureQueriesContext(connection) as more:
        metrics.of(FIRST, LAST)
    assert len(few) == len(more) == 3


def test_cells_are_in_the_order_of_the_names(counted: list[metrics.Figures]) -> None:
    row = dict(zip(metrics.NAMES, metrics.cells(counted[1]), strict=True))
    assert (row["right"], row["denied_by"], row["channels"]) == (
        "access",
        "legal_claims:1",
        "email:2 portal:6",
    )
