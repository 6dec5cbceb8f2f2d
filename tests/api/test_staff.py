"""What staff do over the API: see the queue, look ahead, decide on what was shown, sign, take back."""

from __future__ import annotations

from typing import Any

import pytest

from dsar.cases.correction_models import Correction
from dsar.cases.message_models import Message
from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.law import grounds
from dsar.ledger import log
from dsar.packages.models import Package
from tests.testapp.models import Member


def _decide(client, request, **said: Any):
    address = f"/api/v1/staff/requests/{request.pk}"
    shown = client.post(f"{address}/preview").json()["digest"]
    said = {"verdict": "granted", "shown": shown} | said
    return client.post(f"{address}/decide", said, format="json")


def _ground(request, regime):
    return grounds.applicable(request.right, regime=regime)[0].code


def test_a_deletion_is_previewed_decided_and_signed_by_two(alice, dora, otto, file, worked):
    file(alice, "deletion")
    request = Request.objects.get()
    preview = dora.post(f"/api/v1/staff/requests/{request.pk}/preview").json()
    assert any(one.startswith("Delete") for one in preview["sentences"])
    assert _decide(dora, request).json()["state"] == "in_review"
    own = dora.post(f"/api/v1/staff/requests/{request.pk}/approve")
    assert own.status_code == 409
    assert own.json()["type"] == "urn:problem:dsar:obstructed"
    signed = otto.post(f"/api/v1/staff/requests/{request.pk}/approve")
    assert signed.json()["state"] == "approved"
    worked()
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert alice.get("/api/v1/cases").status_code == 401


def test_deciding_on_another_plan_than_the_one_shown_is_refused(alice, dora, file):
    file(alice, "deletion")
    request = Request.objects.get()
    response = _decide(dora, request, shown="0" * 64)
    assert response.status_code == 409
    assert response.json()["type"] == "urn:problem:dsar:plan_changed"
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW


def test_a_refusal_needs_a_ground_and_keeps_its_reason_sealed(alice, dora, file):
    file(alice, "deletion")
    request = Request.objects.get()
    assert _decide(dora, request, verdict="refused").status_code == 409
    refused = _decide(
        dora,
        request,
        verdict="refused",
        grounds={one: _ground(request, one) for one in request.case.regimes},
        reason="canary-reason",
    )
    assert refused.json()["outcome"] == "refused"
    request.refresh_from_db()
    assert request.decision.reason
    assert b"canary-reason" not in bytes(request.decision.reason)
    letter = alice.get(f"/api/v1/cases/{request.case.reference}").json()["letters"][-1]
    read = alice.get(f"/api/v1/cases/{request.case.reference}/letters/{letter['id']}").json()
    assert "canary-reason" not in read["text"]


def test_one_field_of_a_correction_is_refused_and_the_other_corrected(
    alice, cast, dora, file, worked
):
    member = Member.objects.get(user=cast.alice.user)
    declared = {"declaration": "testapp.Member", "row": str(member.pk)}
    file(
        alice,
        {
            "right": "correction",
            "corrections": [
                declared | {"field": "nickname", "value": "Allie"},
                declared | {"field": "phone", "value": "+65 1111 1111"},
            ],
        },
    )
    request = Request.objects.get()
    kept = Correction.objects.get(field="phone")
    decided = _decide(
        dora,
        request,
        verdict="granted_in_part",
        corrections={str(kept.pk): "accuracy_not_shown_wrong"},
    )
    assert decided.status_code == 200, decided.content
    worked()
    member.refresh_from_db()
    assert (member.nickname, member.phone) == ("Allie", "+65 0000 0000")
    assert {one.field: one.result for one in Correction.objects.all()} == {
        "nickname": "corrected",
        "phone": "refused",
    }
    (answer,) = (one for one in _letters(alice, request) if one["kind"] == "answer")
    assert "; Why: " in answer["text"]
    assert "(PDPA " in answer["text"].partition("phone")[2].partition("\n")[0]


def _letters(caller, request):
    """Every letter of the request's case, as its person reads it."""
    case = f"/api/v1/cases/{request.case.reference}"
    found = caller.get(case).json()["letters"]
    return [one | caller.get(f"{case}/letters/{one['id']}").json() for one in found]


@pytest.fixture
def two_fields(alice, cast, file):
    """Alice wants two fields of her record corrected."""
    member = Member.objects.get(user=cast.alice.user)
    declared = {"declaration": "testapp.Member", "row": str(member.pk)}
    wanted = [{"field": "nickname", "value": "Allie"}, {"field": "phone", "value": "+65 1111 1111"}]
    file(alice, {"right": "correction", "corrections": [declared | one for one in wanted]})


@pytest.mark.usefixtures("two_fields")
@pytest.mark.parametrize("whole", [True, False])
def test_derived_data_is_refused_only_with_what_it_was_derived_from(alice, dora, worked, whole):
    """In Singapore derived data is outside, what it comes from is not (PDPA Sixth Schedule; R80)."""
    request, kept = Request.objects.get(), Correction.objects.get(field="phone")
    said = (
        {"verdict": "refused", "grounds": {"SG": "derived_data"}}
        if whole
        else {"verdict": "granted_in_part", "corrections": {str(kept.pk): "derived_data"}}
    )
    refused = _decide(dora, request, **said)
    assert refused.status_code == 409
    assert "worked out from" in refused.json()["detail"]
    decided = _decide(dora, request, **said, derived_from="the address of your canary")
    assert decided.status_code == 200, decided.content
    request.decision.refresh_from_db()
    sealed = request.decision.derived_from
    assert sealed is not None
    assert b"canary" not in bytes(sealed)
    worked()
    last = _letters(alice, request)[-1]
    assert last["kind"] == ("refusal" if whole else "answer")
    assert "It was worked out from the address of your canary." in last["text"]


def test_an_objection_to_a_machine_is_decided_with_what_a_human_found(alice, dora, worked):
    scope = {"objection": "automated_decision", "purposes": ["test_safety"]}
    wish = {"rights": [{"right": "objection", "scope": scope}], "residence": "DE"}
    filed = alice.post("/api/v1/cases", wish, format="json")
    assert filed.status_code == 201, filed.content
    request = Request.objects.get()
    refused = _decide(dora, request)
    assert refused.status_code == 409
    assert "look at what the machine decided" in refused.json()["detail"]
    found = {"result": "withdrawn", "reason": "It rested on a mistake.", "view_considered": True}
    decided = _decide(dora, request, human_review=found)
    assert decided.status_code == 200, decided.content
    worked()
    text = _letters(alice, request)[-1]["text"]
    assert "withdrew the decision." in text
    assert "It rested on a mistake." in text


def test_a_field_is_refused_on_a_ground_of_the_law_only(alice, cast, dora, file):
    member = Member.objects.get(user=cast.alice.user)
    wanted = {
        "declaration": "testapp.Member",
        "row": str(member.pk),
        "field": "phone",
        "value": "1",
    }
    file(alice, {"right": "correction", "corrections": [wanted]})
    request, one = Request.objects.get(), Correction.objects.get()
    refused = _decide(dora, request, verdict="granted_in_part", corrections={str(one.pk): "whim"})
    assert refused.status_code == 409
    one.refresh_from_db()
    assert one.result == "proposed"


def test_looking_at_a_request_and_its_plan_is_recorded(alice, dora, file):
    file(alice, "deletion")
    request = Request.objects.get()
    dora.get(f"/api/v1/staff/requests/{request.pk}")
    dora.post(f"/api/v1/staff/requests/{request.pk}/preview")
    tags = [entry.tag for entry in log.entries(request.pk)]
    assert tags[-2:] == ["request.viewed", "request.previewed"]


def test_a_question_to_the_requester_is_sealed_and_the_request_waits(alice, staff, file):
    file(alice, "deletion")
    request = Request.objects.get()
    handler = staff("handler")
    address = f"/api/v1/staff/requests/{request.pk}"
    asked = handler.post(f"{address}/ask", {"question": "canary-question"}, format="json")
    assert asked.json()["state"] == "awaiting_requester"
    assert b"canary-question" not in bytes(Message.objects.get().text)
    assert handler.post(f"{address}/resume").json()["state"] == "in_review"


def test_a_revoked_package_is_gone_at_once(alice, dora, file, worked):
    filed = file(alice, "access")
    worked()
    address = f"/api/v1/cases/{filed['reference']}/requests/{Request.objects.get().pk}/package"
    assert alice.get(address).status_code == 200
    revoked = dora.post(f"/api/v1/staff/packages/{Package.objects.get().pk}/revoke")
    assert revoked.json() == {"revoked": True}
    gone = alice.get(address)
    assert gone.status_code == 410
    assert gone["Content-Type"] == "application/problem+json"


def test_staff_vouch_for_who_asks(alice, staff, file, settings):
    settings.DSAR = settings.DSAR | {"FRESH_LOGIN_SECONDS": -1}
    file(alice, "access")
    request = Request.objects.get()
    assert request.state == State.AWAITING_VERIFICATION
    verified = staff("handler").post(f"/api/v1/staff/requests/{request.pk}/verify")
    assert verified.json()["state"] == "approved"


def test_the_queue_pages_by_due_date_without_skipping_or_repeating(alice, bob, dora, file):
    for _ in range(4):
        file(alice, "access")
        file(bob, "deletion")
    seen, address = [], "/api/v1/staff/requests?page_size=3"
    while address:
        page = dora.get(address).json()
        seen += [one["id"] for one in page["results"]]
        address = page["next"]
    expected = Request.objects.order_by("due_at", "id").values_list("pk", flat=True)
    assert seen == [str(one) for one in expected]


@pytest.mark.parametrize(
    ("query", "rights"),
    [
        ("right=deletion", {"deletion"}),
        ("state=in_review", {"deletion"}),
        ("open=true", {"access", "deletion"}),
        ("open=false", set()),
        ("due_before=2000-01-01T00:00:00Z", set()),
    ],
)
def test_the_queue_is_narrowed(alice, dora, file, query, rights):
    file(alice, "access", "deletion")
    found = dora.get(f"/api/v1/staff/requests?{query}").json()["results"]
    assert {one["right"] for one in found} == rights


@pytest.mark.parametrize(
    ("role", "sees"), [("handler", True), ("officer", True), ("auditor", False)]
)
def test_an_auditor_reads_which_fields_are_to_be_corrected_and_no_value(  # noqa: PLR0917 - fixtures
    alice, cast, staff, file, role, sees
):
    member = Member.objects.get(user=cast.alice.user)
    wish = {"declaration": "testapp.Member", "row": str(member.pk), "field": "nickname"}
    file(alice, {"right": "correction", "corrections": [wish | {"value": "Allie"}]})
    request = Request.objects.get()
    said = staff(role).get(f"/api/v1/staff/requests/{request.pk}")
    assert said.status_code == 200
    (change,) = said.data["corrections"]
    assert change["field"] == "nickname"
    assert (change["new"] == "Allie") is sees
    assert (cast.alice.canary("nickname") in said.content.decode()) is sees


def test_a_deletion_leaves_a_kind_of_record_on_its_ground(alice, dora, otto, file, worked):
    """Without a ground that the law knows nothing is decided; with one the plan keeps it."""
    file(alice, "deletion")
    request = Request.objects.get()
    part = {"verdict": "granted_in_part", "reason": "A claim is pending."}
    wrong = _decide(dora, request, kept={"testapp.Loan": {"SG": "nonsense"}}, **part)
    assert wrong.status_code == 409
    assert "testapp.Loan stays only on a ground" in wrong.json()["detail"]
    kept = {"testapp.Loan": {"SG": "legal_claims"}}
    assert _decide(dora, request, kept=kept, **part).status_code == 200
    otto.post(f"/api/v1/staff/requests/{request.pk}/approve")
    worked()
    request.refresh_from_db()
    assert request.outcome == "partially_fulfilled"
    (left,) = [one for one in request.result["receipts"] if one["declaration"] == "testapp.Loan"]
    assert (left["overwritten"], left["retained"]) == (0, 3)
