"""Staff take more time, change laws and enter holidays over the API, and see both dates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dsar.cases.models import Letter, Request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(alice):
    """Alice's deletion, filed from France, at the staff's side."""
    said = {"rights": [{"right": "deletion"}], "residence": "FR"}
    assert alice.post("/api/v1/cases", said, format="json").status_code == 201
    return f"/api/v1/staff/requests/{Request.objects.get().pk}"


def test_both_dates_are_shown_under_each_law(dora, address):
    dates = dora.get(address).json()["dates"]
    assert [one["regime"] for one in dates["under"]] == ["EU", "SG"]
    assert dates["strict_due_at"] == dates["adjusted_due_at"]
    assert dates["was_overdue"] is False
    assert dates["waits"] == {"clarification": [], "identity": ["EU"], "fee": []}
    assert dates["extendable"] == {"EU": ["complexity", "number_of_requests"]}
    assert dates["promisable"] == ["SG"]


def test_a_request_is_extended_once_and_the_notice_lies_in_the_case(dora, alice, address):
    said = {"grounds": {"EU": "complexity"}, "reasons": "Four archives are searched."}
    extended = dora.post(f"{address}/extend", said, format="json")
    assert extended.status_code == 200, extended.data
    (eu, _) = extended.json()["dates"]["under"]
    assert eu["extended"] is True
    assert Letter.objects.filter(kind="extension").count() == 1
    again = dora.post(f"{address}/extend", said, format="json")
    assert again.status_code == 409
    assert "once" in again.json()["detail"]


def test_a_day_is_promised(dora, alice, address):
    until = (timezone.localdate() + timedelta(days=70)).isoformat()
    said = {"until": until, "reasons": "Four archives are searched."}
    promised = dora.post(f"{address}/promise", said, format="json").json()["dates"]
    assert {one["regime"]: one["promised"] for one in promised["under"]} == {
        "EU": None,
        "SG": until,
    }
    reference = Request.objects.get().case.reference
    story = alice.get(f"/api/v1/cases/{reference}").json()["requests"][0]["timeline"]
    assert "We told you when we will answer." in [event["what"] for event in story]


def test_a_question_for_identity_needs_words_and_shows_as_a_pause(dora, address):
    said = {
        "kind": "identity",
        "question": "Please confirm your old address.",
        "reason": "The mail came from another country.",
    }
    asked = dora.post(f"{address}/ask", said, format="json").json()
    assert asked["state"] == "awaiting_requester"
    (pause,) = asked["dates"]["pauses"]
    assert (pause["kind"], pause["affirmed"], pause["answered_at"]) == ("identity", True, None)
    resumed = dora.post(f"{address}/resume").json()
    assert resumed["dates"]["pauses"][0]["answered_at"]


def test_a_law_is_added_and_taken_away(dora, address):
    laws = f"/api/v1/staff/cases/{Request.objects.get().case.reference}/laws"
    before = dora.get(laws).json()
    assert before["laws"] == ["EU", "SG"]
    assert before["detachable"] == ["EU"]
    assert "BR" in before["attachable"]
    added = dora.post(laws, {"add": "BR", "reason": "She moved to Recife."}, format="json")
    assert added.json()["laws"] == ["BR", "EU", "SG"]
    refused = dora.post(laws, {"remove": "SG", "reason": "Not ours."}, format="json")
    assert refused.status_code == 409


def test_a_holiday_is_entered_and_listed(dora, address):
    day = dora.get(address).json()["dates"]["under"][1]["strict"]
    said = {"country": "SG", "day": day, "name": "A day of mourning"}
    assert dora.post("/api/v1/staff/holidays", said, format="json").json() == {"moved": 1}
    assert dora.get(address).json()["dates"]["under"][1]["strict"] > day
    (entered,) = dora.get("/api/v1/staff/holidays").json()
    assert entered["name"] == "A day of mourning"
