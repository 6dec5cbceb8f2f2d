"""Work at the admin: look, preview, decide, sign, refuse fields, note, hold, revoke; nothing is edited by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dsar.cases.correction_models import Correction
from dsar.cases.intake import Asked, Proposal
from dsar.cases.message_models import Message
from dsar.cases.models import Case, Letter, Note, Request
from dsar.cases.states import Right, State
from dsar.engine import execution, leases
from dsar.law import grounds
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.packages.models import Package
from dsar.registers.models import Hold
from tests import faces
from tests.testapp.models import Loan, Member


def _ours():
    """The models of dsar that the admin shows."""
    return [
        one for one in apps.get_app_config("dsar").get_models() if admin.site.is_registered(one)
    ]


def _page(request):
    return reverse("admin:dsar_request_change", args=[request.pk])


def _act(request, name):
    return reverse("admin:dsar_request_act", args=[request.pk, name])


def _shown(client, request):
    return client.get(_act(request, "decide")).context["digest"]


def _decide(client, request, **said: Any):
    said = {"verdict": "granted", "shown": _shown(client, request)} | said
    return client.post(_act(request, "decide"), said, follow=True)


def _told(response):
    return " ".join(str(one) for one in response.context["messages"])


def _buttons(response):
    return [one.name for one, _ in response.context["offered"]]


def test_a_deletion_goes_through_two_people_at_the_desk(cast, ask, dora, otto, worked):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    assert "approve" not in _buttons(dora.get(_page(request)))
    preview = dora.get(_act(request, "preview")).content.decode()
    for word in ("delete", "overwrite", "retain", "members"):
        assert word in preview
    assert "Done" in _told(_decide(dora, request))
    refused = dora.post(_act(request, "approve"), follow=True)
    assert "second person" in _told(refused)
    assert "Done" in _told(otto.post(_act(request, "approve"), follow=True))
    worked()
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert dora.get(_page(request)).status_code == 200


def test_looking_previewing_and_deciding_leave_their_entries(cast, ask, dora):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    dora.get(_page(request))
    _decide(dora, request)
    tags = [entry.tag for entry in log.entries(request.pk)]
    assert tags.count("request.viewed") == 2
    assert "request.previewed" in tags
    assert "request.decided" in tags
    shown = dora.get(_page(request)).content.decode()
    assert "request: decided" in shown
    assert not re.search(r">[^<]*\d{4}-\d{2}-\d{2}T", shown)
    assert f"SG {date_format(timezone.localtime(request.statutory_due_at))}" in shown


def test_a_plan_that_changed_since_it_was_shown_is_not_decided(cast, ask, dora):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    shown = _shown(dora, request)
    Member.objects.filter(user_id=cast.alice.pk).delete()
    response = _decide(dora, request, shown=shown)
    assert "look at it again" in _told(response)
    request.refresh_from_db()
    assert not hasattr(request, "decision")


def test_a_refusal_takes_its_ground_from_the_law_and_closes_with_a_letter(cast, ask, dora):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    assert "ground" in _told(_decide(dora, request, verdict="refused"))
    named = {
        f"ground_{one}": grounds.applicable("deletion", regime=one)[0].code
        for one in request.case.regimes
    }
    _decide(dora, request, verdict="refused", reason="canary-reason", **named)
    request.refresh_from_db()
    assert request.outcome == "refused"
    assert "canary-reason" in dora.get(_page(request)).content.decode()
    letter = Letter.objects.get(kind="refusal")
    page = dora.get(reverse("admin:dsar_case_letter", args=[request.case_id, letter.pk]))
    assert request.case.reference in page.content.decode()
    assert "canary-reason" not in page.content.decode()


def test_single_fields_of_a_correction_are_left_out(cast, ask, dora, worked):
    member = Member.objects.get(user_id=cast.alice.pk)
    wanted = tuple(
        Proposal(declaration="testapp.Member", row=str(member.pk), field=field, new=new)
        for field, new in (("nickname", "Allie"), ("phone", "+65 1111 1111"))
    )
    ask(cast.alice, Asked(right=Right.CORRECTION, corrections=wanted))
    request, kept = Request.objects.get(), Correction.objects.get(field="phone")
    page = dora.get(_act(request, "decide")).content.decode()
    assert cast.alice.canary("nickname") in page
    assert "Allie" in page
    _decide(
        dora,
        request,
        verdict="granted_in_part",
        **{f"field_{kept.pk}": "accuracy_not_shown_wrong"},
    )
    worked()
    member.refresh_from_db()
    assert (member.nickname, member.phone) == ("Allie", "+65 0000 0000")


def test_what_needs_attention_is_retried(cast, ask, dora, monkeypatch):
    ask(cast.alice, "access")
    request = Request.objects.get()

    def fail(_lease):
        raise execution.PlanOutdatedError

    monkeypatch.setitem(execution.RUN, Right.ACCESS, fail)
    execution.run(request.pk)
    monkeypatch.undo()
    request.refresh_from_db()
    assert request.state == State.NEEDS_ATTENTION
    assert "retry" in _buttons(dora.get(_page(request)))
    assert "Done" in _told(dora.post(_act(request, "retry"), follow=True))
    Request.objects.update(lease_until=None)
    assert leases.claim(request.pk) is not None


def test_a_question_waits_for_the_requester_and_is_sealed(cast, ask, at_desk):
    ask(cast.alice, "deletion")
    request, handler = Request.objects.get(), at_desk("handler")
    handler.post(_act(request, "ask"), {"question": "canary-question"})
    request.refresh_from_db()
    assert request.state == State.AWAITING_REQUESTER
    case_page = reverse("admin:dsar_case_change", args=[request.case_id])
    assert "canary-question" in handler.get(case_page).content.decode()
    assert b"canary-question" not in bytes(Message.objects.get().text)
    handler.post(_act(request, "resume"))
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW


def test_a_request_is_set_aside_as_a_duplicate(cast, ask, at_desk):
    ask(cast.alice, "deletion")
    request = Request.objects.get()
    at_desk("reviewer").post(
        _act(request, "aside"), {"outcome": "duplicate", "reason": "Asked before."}
    )
    request.refresh_from_db()
    assert request.outcome == "duplicate"


def test_notes_are_kept_sealed_and_shown_to_staff(cast, ask, at_desk):
    case, handler = ask(cast.alice, "deletion"), at_desk("handler")
    address = reverse("admin:dsar_case_note", args=[case.pk])
    assert handler.get(address).status_code == 200
    handler.post(address, {"kind": "legal_advice", "text": "canary-advice"})
    assert b"canary-advice" not in bytes(Note.objects.get().text)
    page = handler.get(reverse("admin:dsar_case_change", args=[case.pk])).content.decode()
    assert "canary-advice" in page
    assert cast.alice.email in page


def test_a_hold_is_placed_shown_and_released(cast, ask, at_desk):
    case, reviewer = ask(cast.alice, "deletion"), at_desk("reviewer")
    address = reverse("admin:dsar_case_hold", args=[case.pk])
    day = timezone.localdate()
    said = {"ground": "Claim", "law": "Limitation Act", "hidden": "on"}
    reviewer.post(address, said | {"review_on": day.isoformat()})
    assert not Hold.objects.exists()
    reviewer.post(address, said | {"review_on": (day + timedelta(days=30)).isoformat()})
    hold = Hold.objects.get()
    assert (
        "A hold stands"
        in reviewer.get(reverse("admin:dsar_case_change", args=[case.pk])).content.decode()
    )
    assert reviewer.get(reverse("admin:dsar_hold_change", args=[hold.pk])).status_code == 200
    _keep_and_release(reviewer, hold, day=day)


def test_a_hold_is_placed_on_one_record_of_the_person_and_on_nobody_elses(cast, ask, at_desk):
    case, reviewer = ask(cast.alice, "deletion"), at_desk("reviewer")
    address = reverse("admin:dsar_case_hold", args=[case.pk])
    day = timezone.localdate() + timedelta(days=30)
    said = {"ground": "Claim", "law": "Limitation Act", "review_on": day.isoformat()}
    own = Loan.objects.filter(borrower=cast.alice.user)[0]
    bobs = Loan.objects.filter(borrower=cast.bob.user)[0]
    for declaration, row in (
        ("testapp.Loan", bobs.pk),
        ("testapp.Loan", "none"),
        ("", own.pk),
        ("testapp.Nothing", ""),
    ):
        page = reviewer.post(address, said | {"declaration": declaration, "row": row})
        assert page.status_code == 200
        assert not Hold.objects.exists()
    reviewer.post(address, said | {"declaration": "testapp.Loan", "row": own.pk})
    hold = Hold.objects.get()
    assert (hold.declaration, hold.row) == ("testapp.Loan", str(own.pk))
    page = reviewer.get(reverse("admin:dsar_case_change", args=[case.pk])).content.decode()
    assert f"testapp.Loan {own.pk}" in page


def _keep_and_release(reviewer, hold, *, day):
    """A review is recorded with who looked and when the next is due; nobody reviews what has ended."""
    keep = reverse("admin:dsar_hold_keep", args=[hold.pk])
    page = reverse("admin:dsar_hold_change", args=[hold.pk])
    assert keep in reviewer.get(page).content.decode()
    assert "its ground still holds" in reviewer.get(keep).content.decode()
    reviewer.post(keep, {"review_on": day.isoformat()})
    assert not Hold.objects.filter(reviewed_at__isnull=False).exists()
    reviewer.post(keep, {"review_on": (day + timedelta(days=90)).isoformat()})
    hold.refresh_from_db()
    assert hold.reviewed_at is not None
    assert (hold.reviewed_by, hold.review_on) == (hold.placed_by, day + timedelta(days=90))
    reviewer.post(reverse("admin:dsar_hold_release", args=[hold.pk]))
    reviewer.post(keep, {"review_on": (day + timedelta(days=120)).isoformat()})
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert hold.review_on == day + timedelta(days=90)
    assert Entry.objects.filter(tag="hold.reviewed").count() == 1
    assert keep not in reviewer.get(page).content.decode()


def test_a_package_is_revoked_from_its_requests_page(cast, ask, dora, worked):
    ask(cast.alice, "access")
    worked()
    request, package = Request.objects.get(), Package.objects.get()
    assert "Revoke the package" in dora.get(_page(request)).content.decode()
    address = reverse("admin:dsar_request_revoke", args=[request.pk, package.pk])
    assert dora.get(address).status_code == 405
    dora.post(address)
    package.refresh_from_db()
    assert package.state == Package.State.REVOKED


@pytest.mark.parametrize("role", ["carol", "handler", "reviewer", "officer", "auditor", "root"])
def test_each_role_finds_its_own_acts_and_no_others(cast, ask, at_desk, role):
    ask(cast.alice, "deletion")
    request, client = Request.objects.get(), at_desk(role)
    handling, deciding = {"preview", "ask", "take", "give"}, {"decide", "aside", "promise", "laws"}
    acts = {
        "carol": None,
        "auditor": set(),
        "handler": handling,
        "reviewer": handling | deciding,
        "officer": handling | deciding,
        "root": handling | deciding,
    }[role]
    page = client.get(_page(request))
    if acts is None:
        assert page.status_code in {302, 403}
    else:
        assert set(_buttons(page)) == acts
    for name in ("preview", "decide", "ask", "aside", "promise", "laws", "take", "give"):
        permitted = acts is not None and name in acts
        assert (client.get(_act(request, name)).status_code == 200) is permitted, name


@pytest.mark.parametrize("role", ["handler", "root"])
def test_nothing_is_added_changed_or_deleted_by_hand(cast, ask, at_desk, role):
    ask(cast.alice, "deletion")
    client = at_desk(role)
    ours = _ours()
    assert len(ours) >= 10
    for one in ours:
        name = f"admin:dsar_{one._meta.model_name}"
        assert client.get(reverse(f"{name}_add")).status_code == 403, name
        row = one.objects.first()
        if row is None:
            continue
        for act in ("change", "delete"):
            address = reverse(f"{name}_{act}", args=[row.pk])
            assert client.post(address, {"post": "yes", "state": "closed"}).status_code == 403, name
    assert Request.objects.get().state == State.IN_REVIEW
    assert Entry.objects.exists()


def test_every_list_and_page_opens_for_the_officer(cast, ask, dora, worked):
    ask(cast.alice, "access")
    ask(cast.bob, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
    worked()
    ours = _ours()
    for one in ours:
        name = f"admin:dsar_{one._meta.model_name}"
        assert dora.get(reverse(f"{name}_changelist")).status_code == 200, name
        row = one.objects.first()
        if row is not None:
            assert dora.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name
    request = Request.objects.select_related("case").get(right="access")
    page = dora.get(reverse("admin:dsar_request_change", args=[request.pk])).content.decode()
    way = page.partition('class="breadcrumbs"')[2].partition("</div>")[0]
    assert f"Access {request.case.reference}" in way
    assert str(request.case_id) not in way


def test_the_queue_shows_what_is_open_and_marks_what_is_overdue(cast, ask, dora):
    late, closed = ask(cast.alice, "deletion"), ask(cast.bob, "deletion")
    Request.objects.filter(case=late).update(due_at=timezone.now() - timedelta(days=1))
    dora.post(
        _act(closed.requests.get(), "aside"), {"outcome": "duplicate", "reason": "Asked before."}
    )
    listing = reverse("admin:dsar_request_changelist")
    page = dora.get(listing).content.decode()
    assert late.reference in page
    assert "1 day late" in page
    assert closed.reference not in page
    assert closed.reference in dora.get(f"{listing}?standing=closed").content.decode()
    assert late.reference in dora.get(f"{listing}?due=late").content.decode()


@pytest.mark.parametrize("listing", ["request", "case"])
def test_a_list_costs_the_same_for_three_rows_and_for_thirty(cast, ask, dora, listing):
    address = reverse(f"admin:dsar_{listing}_changelist") + (
        "?standing=all" if listing == "request" else ""
    )
    counted = {}
    for number in (3, 30):
        while Case.objects.count() < number:
            ask(cast.alice, Asked(right=Right.OBJECTION, scope={"objection": "marketing"}))
        dora.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert dora.get(address).status_code == 200
        counted[number] = len(queries)
    assert counted[3] == counted[30]


def test_the_front_door_asks_for_a_second_factor_and_never_for_a_password_alone(
    cast, at_desk, settings, client
):
    settings.DSAR = settings.DSAR | {"STAFF_NEEDS_MFA": True}
    officer = at_desk("officer")
    kept_out = officer.get(reverse("admin:index"), follow=True)
    assert kept_out.status_code == 403
    assert "second factor" in kept_out.content.decode()
    sent_on = client.get(reverse("admin:login"))
    assert sent_on.status_code == 302
    assert sent_on["Location"].startswith(reverse("account_login"))
    assert (
        client.post(reverse("admin:login"), {"username": "x", "password": "y"}).status_code == 302
    )


def test_a_deletion_leaves_a_kind_of_record_on_the_ground_that_is_chosen(cast, dora, at_desk):
    """Each kind that would go has its choice; a verdict that does not fit is refused in words."""
    faces.file(cast.alice, "deletion")
    request = Request.objects.get()
    form = dora.get(_act(request, "decide")).context["form"]
    assert "kept_testapp.Member" in form.fields
    assert "kept_testapp.Payment" not in form.fields
    left = {"kept_testapp.Loan": "legal_claims", "reason": "A claim is pending."}
    assert "granted in part" in _told(_decide(dora, request, **left))
    _decide(dora, request, verdict="granted_in_part", **left)
    request.refresh_from_db()
    assert request.kept == {"testapp.Loan": {"SG": "legal_claims"}}
    signing = at_desk("officer", "otto").get(_act(request, "approve")).content.decode()
    assert "The data is needed to establish, exercise or defend legal claims." in signing
