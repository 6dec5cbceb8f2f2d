"""What an answer would cost, on the pages: read it, agree or drop it; by log-in and by link."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dsar.cases import fees
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.fee_models import Fee
from dsar.cases.states import Outcome, State
from tests import faces
from tests.entering import by_link


@pytest.fixture
def waiting(cast, settings):
    """A deletion of Alice's for which a fee was announced."""
    settings.DSAR = settings.DSAR | {"REGIMES": ("EU",)}
    request = faces.file(cast.alice, "deletion").requests.select_related("case__key").get()
    fees.announce(
        request,
        amount=Decimal("20.00"),
        currency="EUR",
        why="Two hours in the archive.",
        reason="It repeats nine earlier ones.",
        actor=Actor(kind=ActorKind.STAFF, user=faces.member_of_staff("officer", "dora")),
    )
    return request


def own(request, rest=""):
    return f"/privacy/requests/{request.case.reference}/{rest}"


def test_she_reads_what_it_costs_and_agrees(alice, waiting):
    page = alice.get(own(waiting)).content.decode()
    assert "EUR 20.00" in page
    assert own(waiting, f"{waiting.pk}/fee/") in page
    letter = Fee.objects.get().pause.letter
    page = alice.get(own(waiting, f"{waiting.pk}/fee/")).content.decode()
    assert own(waiting, f"letters/{letter.pk}/") in page
    refused = alice.post(own(waiting, f"{waiting.pk}/fee/"), {})
    assert "Say whether you agree to pay." in refused.content.decode()
    assert Fee.objects.get().accepted_at is None
    alice.post(own(waiting, f"{waiting.pk}/fee/"), {"choice": "agree"})
    assert Fee.objects.get().accepted_at is not None
    assert "You have agreed to pay EUR 20.00" in alice.get(own(waiting)).content.decode()


def test_she_drops_it(alice, waiting):
    alice.post(own(waiting, f"{waiting.pk}/fee/"), {"choice": "drop"})
    waiting.refresh_from_db()
    assert waiting.outcome == Outcome.WITHDRAWN_BY_REQUESTER
    over = alice.get(own(waiting, f"{waiting.pk}/fee/"), follow=True)
    assert "There is nothing to pay" in over.content.decode()


def test_bob_neither_sees_nor_agrees(bob, waiting):
    assert bob.get(own(waiting, f"{waiting.pk}/fee/")).status_code == 404
    assert bob.post(own(waiting, f"{waiting.pk}/fee/"), {"choice": "drop"}).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == State.AWAITING_REQUESTER


def test_by_link_and_code_it_is_the_same_page(cast, waiting):
    browser = by_link(waiting.case)
    address = f"/privacy/answer/{waiting.pk}/fee/"
    assert address in browser.get("/privacy/answer/").content.decode()
    browser.post(address, {"choice": "agree"})
    assert Fee.objects.get().accepted_at is not None
    other = faces.file(cast.bob, "deletion")
    assert by_link(other).post(address, {"choice": "drop"}).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == State.AWAITING_REQUESTER
