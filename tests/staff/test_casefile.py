"""The page of a case says everything about it, to each role what it needs; auditors see names only after saying why."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases import notes, pseudonyms
from dsar.cases.intake import Asked, Proposal
from dsar.cases.message_models import Message
from dsar.cases.models import Case, Letter, Note, Request
from dsar.cases.states import Right, State
from dsar.contract import registry
from dsar.engine.models import Plan
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.staff import acts, clearance
from tests.testapp.models import Member


def _case_page(case):
    return reverse("admin:dsar_case_change", args=[case.pk])


def _page(request):
    return reverse("admin:dsar_request_change", args=[request.pk])


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


def _reveal(case):
    return reverse("admin:dsar_case_reveal", args=[case.pk])


def _letter(case, name="letter"):
    letter = Letter.objects.filter(case=case).earliest("written_at")
    return reverse(f"admin:dsar_case_{name}", args=[case.pk, letter.pk])


def _decided(client, request):
    shown = client.get(_act(request, "decide")).context["digest"]
    said = {"verdict": "granted", "shown": shown, "reason": "canary-reason"}
    client.post(_act(request, "decide"), said)


@pytest.fixture
def told(cast, ask, dora):
    """A case of Alice's with a question, a note and a decision in it, and another one of hers."""
    case = ask(cast.alice, "deletion")
    request = case.requests.get()
    dora.post(_act(request, "ask"), {"question": "canary-question"})
    dora.post(_act(request, "resume"))
    dora.post(
        reverse("admin:dsar_case_note", args=[case.pk]), {"kind": "note", "text": "canary-note"}
    )
    _decided(dora, request)
    return case


def test_one_page_says_everything_of_a_case(cast, ask, told, dora):
    other, bobs = ask(cast.alice, "access"), ask(cast.bob, "deletion")
    response = dora.get(_case_page(told))
    page, said = response.content.decode(), response.context
    (one,) = said["requests"]
    assert one["request"].right == "deletion"
    assert [clock["regime"] for clock in one["clocks"]] == told.regimes
    assert one["rows"] > 0
    assert one["sentences"]
    assert {law["code"] for law in said["laws"]} == set(told.regimes)
    assert [case.pk for case in said["linked"]] == [other.pk]
    assert "request: decided" in [entry["what"] for entry in said["entries"]]
    for word in (cast.alice.email, "canary-question", "canary-note", other.reference, "Clocks"):
        assert word in page
    for word in (bobs.reference, cast.bob.email):
        assert word not in page


def test_what_a_deletion_keeps_has_its_reason_on_the_page(cast, told, dora):
    document = Plan.objects.get(request__case=told).document
    retained = [step for step in document["steps"] if step["action"] == "retain"]
    page = dora.get(_case_page(told))
    (one,) = page.context["requests"]
    assert [step["reason"] for step in one["kept"]] == [step["reason"] for step in retained]
    assert retained
    assert all(step["reason"] for step in retained)


def test_what_establishes_identity_is_told_without_values(cast, ask, dora):
    case = ask(cast.alice, "deletion")
    case.proofs.create(method="held_facts", facts=["order_number"], result="passed")
    page = dora.get(_case_page(case)).content.decode()
    assert "held facts" in page
    assert "order number" in page


def test_holds_are_told_to_who_decides_and_to_nobody_else(cast, told, dora, at_desk):
    day = timezone.localdate() + timedelta(days=30)
    said = {
        "ground": "canary-hold",
        "law": "Limitation Act",
        "hidden": "on",
        "review_on": day.isoformat(),
    }
    dora.post(reverse("admin:dsar_case_hold", args=[told.pk]), said)
    assert "canary-hold" in dora.get(_case_page(told)).content.decode()
    for role in ("handler", "auditor"):
        page = at_desk(role).get(_case_page(told)).content.decode()
        assert "canary-hold" not in page
        assert "A hold stands" not in page


def test_an_auditor_sees_a_pseudonym_and_nothing_that_was_written(cast, told, at_desk):
    auditor = at_desk("auditor")
    pages = [auditor.get(_case_page(told)), auditor.get(_page(told.requests.get()))]
    assert [one.status_code for one in pages] == [200, 200]
    page = "".join(one.content.decode() for one in pages)
    assert pseudonyms.of(told) in page
    assert "deletion" in page
    for word in (cast.alice.email, "canary-question", "canary-note", "canary-reason", "alice"):
        assert word not in page
    for name in ("letter", "pdf"):
        assert auditor.get(_letter(told, name)).status_code == 403


def test_an_auditor_sees_fields_of_a_correction_and_no_value(cast, ask, at_desk):
    member = Member.objects.get(user_id=cast.alice.pk)
    wanted = Proposal(
        declaration="testapp.Member", row=str(member.pk), field="nickname", new="Allie"
    )
    request = ask(cast.alice, Asked(right=Right.CORRECTION, corrections=(wanted,))).requests.get()
    page = at_desk("auditor").get(_page(request)).content.decode()
    assert "nickname" in page
    for word in ("Allie", cast.alice.canary("nickname")):
        assert word not in page


def test_a_pseudonym_is_the_same_in_each_case_of_a_person_and_another_persons_differs(cast, ask):
    first, second, bobs = (ask(one, "deletion") for one in (cast.alice, cast.alice, cast.bob))
    assert pseudonyms.of(first) == pseudonyms.of(second) != pseudonyms.of(bobs)
    assert str(cast.alice.pk) not in pseudonyms.of(first).split("-")


def test_revealing_needs_a_reason_and_leaves_it_sealed_with_each_request(cast, ask, at_desk):
    case, other = ask(cast.alice, "deletion", "access"), ask(cast.bob, "deletion")
    auditor = at_desk("auditor")
    assert "half an hour" in auditor.get(_reveal(case)).content.decode()
    auditor.post(_reveal(case), {"reason": " "})
    assert cast.alice.email not in auditor.get(_case_page(case)).content.decode()
    auditor.post(_reveal(case), {"reason": "canary-why"})
    assert cast.alice.email in auditor.get(_case_page(case)).content.decode()
    assert auditor.get(_letter(case)).status_code == 200
    assert cast.bob.email not in auditor.get(_case_page(other)).content.decode()
    assert notes.read(Note.objects.get(case=case)) == "canary-why"
    for request in case.requests.all():
        (entry,) = [one for one in log.entries(request.pk) if one.tag == "case.revealed"]
        assert "reason" in json.loads(entry.canonical)["detail"]
    assert not Entry.objects.filter(canonical__contains="canary").exists()


def test_what_was_revealed_is_hidden_again_and_stays_in_its_session(
    cast, ask, at_desk, monkeypatch
):
    case, auditor = ask(cast.alice, "deletion"), at_desk("auditor")
    auditor.post(_reveal(case), {"reason": "Sample of November."})
    assert (
        cast.alice.email not in at_desk("auditor", "second").get(_case_page(case)).content.decode()
    )
    later = timezone.now() + timedelta(seconds=clearance.SECONDS + 1)
    monkeypatch.setattr("dsar.staff.clearance.timezone.now", lambda: later)
    assert cast.alice.email not in auditor.get(_case_page(case)).content.decode()


@pytest.mark.parametrize("role", ["handler", "reviewer", "owner", "carol"])
def test_only_auditors_and_officers_reveal(cast, ask, at_desk, role):
    case = ask(cast.alice, "deletion")
    assert at_desk(role).post(_reveal(case), {"reason": "Curious."}).status_code == 403
    assert not Entry.objects.filter(tag="case.revealed").exists()


_LETTERS = {
    "ask": ({"question": "canary-question"}, "canary-question"),
    "aside": ({"outcome": "not_a_rights_request", "reason": "A question."}, "DSR-"),
    "promise": ({"reasons": "canary-wait"}, "canary-wait"),
}


@pytest.mark.parametrize("name", _LETTERS)
def test_a_letter_is_read_before_it_is_sent_and_nothing_is_done(cast, ask, dora, name):
    said, words = _LETTERS[name]
    request = ask(cast.alice, "deletion").requests.get()
    if name == "promise":
        said |= {"until": (request.due_at + timedelta(days=9)).date().isoformat()}
    before = Letter.objects.count(), Message.objects.count(), Entry.objects.latest("pk").pk
    shown = dora.post(_act(request, name), said | {"rehearse": "1"})
    (letter,) = shown.context["rehearsed"]
    assert words in letter["text"]
    assert words in shown.content.decode()
    after = Letter.objects.count(), Message.objects.count(), Entry.objects.latest("pk").pk
    assert after == before
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW
    dora.post(_act(request, name), said)
    sent = Letter.objects.latest("written_at")
    assert (
        words
        in dora.get(
            reverse("admin:dsar_case_letter", args=[request.case_id, sent.pk])
        ).content.decode()
    )


def test_a_granted_deletion_sends_no_letter_yet_and_says_so(cast, ask, dora):
    request = ask(cast.alice, "deletion").requests.get()
    digest = dora.get(_act(request, "decide")).context["digest"]
    said = {"verdict": "granted", "shown": digest, "rehearse": "1"}
    assert "No letter would be sent" in dora.post(_act(request, "decide"), said).content.decode()
    assert not hasattr(Request.objects.get(), "decision")


def test_what_cannot_be_done_cannot_be_rehearsed(cast, ask, dora):
    request = ask(cast.alice, "deletion").requests.get()
    digest = dora.get(_act(request, "decide")).context["digest"]
    said = {"verdict": "refused", "shown": digest, "rehearse": "1"}
    response = dora.post(_act(request, "decide"), said, follow=True)
    assert "ground" in " ".join(str(one) for one in response.context["messages"])


def test_every_act_that_closes_or_asks_lets_its_letter_be_read_first():
    assert {one.name for one in acts.ACTS if one.writes} == {
        *("decide", "approve", "ask", "fee", "extend", "promise", "aside"),
    }


def test_the_page_costs_the_same_for_two_requests_and_for_twenty(cast, ask, dora):
    case, counted = ask(cast.alice, "deletion"), {}
    first = case.requests.get()
    for number in (2, 20):
        Request.objects.bulk_create(
            Request(
                case_id=case.pk,
                right=first.right,
                state=State.IN_REVIEW,
                round=100 * number + place,
                statutory_due_at=first.due_at,
                due_at=first.due_at,
            )
            for place in range(number - case.requests.count())
        )
        while Case.objects.count() < number:
            ask(cast.alice, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
        dora.get(_case_page(case))
        with CaptureQueriesContext(connection) as queries:
            assert len(dora.get(_case_page(case)).context["requests"]) == number
        counted[number] = len(queries)
    assert counted[2] == counted[20]


def test_the_rights_of_each_purpose_stand_on_the_page(cast, ask, dora):
    objection = Asked(
        right=Right.OBJECTION, scope={"objection": "other", "purposes": ["test_safety"]}
    )
    case = ask(cast.alice, "deletion", objection)
    said = dora.get(_case_page(case)).context["applying"]
    assert said["is_counted"]
    found = {one["label"]: one for one in said["purposes"]}
    known = registry.current().purposes
    lending, safety = (found[known[code].label] for code in ("test_lending", "test_safety"))
    assert lending["basis"].endswith("(GDPR Art. 6(1)(b))")
    assert lending["in_singapore"] == f"PDPA {known['test_lending'].pdpa}"
    assert "portability" in lending["rights"]
    assert "objection" in lending["lacking"]
    assert "objection" in safety["rights"]
    assert "objection" not in safety["lacking"]
    for one in found.values():
        assert not set(one["rights"]) & set(one["lacking"])
    assert "Rights it gives" in dora.get(_case_page(case)).content.decode()


def test_before_anything_is_counted_every_purpose_is_named(cast, ask, dora):
    case = ask(cast.alice, "deletion")
    Plan.objects.all().delete()
    said = dora.get(_case_page(case)).context["applying"]
    assert not said["is_counted"]
    assert len(said["purposes"]) == len(registry.current().purposes)


def _from_the_case(client, request, name):
    """The address by which the page of the case leads to an act."""
    address = f"{_act(request, name)}?from=case"
    assert f'href="{address}"' in client.get(_case_page(request.case)).content.decode()
    return address


def test_an_act_leads_back_to_the_page_it_was_opened_from_and_says_how_it_stands(cast, ask, dora):
    request = ask(cast.alice, "deletion", "access").requests.get(right="deletion")
    address = _from_the_case(dora, request, "ask")
    assert dora.get(address).context["back"] == _case_page(request.case)
    landed = dora.post(address, {"question": "Which account?"}, follow=True)
    assert landed.redirect_chain == [(_case_page(request.case), 302)]
    page = landed.content.decode()
    assert "Done: ask the requester. The deletion request is now: awaiting requester." in page
    # It fits no more: that is said there as well.
    again = dora.post(address, {"question": "Which account?"}, follow=True)
    assert again.redirect_chain == [(_case_page(request.case), 302)]
    assert "does not fit" in again.content.decode()
    assert dora.get(_act(request, "resume")).context["back"] == _page(request)
    landed = dora.post(_act(request, "resume"), follow=True)
    assert landed.redirect_chain == [(_page(request), 302)]
    assert "The deletion request is now: in review." in landed.content.decode()


def test_an_act_that_is_refused_asks_again_and_keeps_the_way_back(cast, ask, dora):
    request = ask(cast.alice, "deletion").requests.get()
    address = _from_the_case(dora, request, "decide")
    digest = dora.get(address).context["digest"]
    refused = dora.post(address, {"verdict": "refused", "shown": digest}, follow=True)
    assert refused.redirect_chain == [(address, 302)]
    assert refused.context["back"] == _case_page(request.case)


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_the_page_has_no_barrier_and_breaks_no_policy(told, dora, clean, width):
    clean(dora, _case_page(told), says="Clocks", width=width)
    clean(dora, _page(told.requests.get()), says="Decision", width=width)
