"""Staff read who decides, and the officer changes it where it stands, seeing what that concerns."""

from __future__ import annotations

from django.urls import reverse

from dsar.cases.handling_models import HandlingRule
from dsar.cases.models import Request
from dsar.cases.states import Right, State

LIST = reverse("admin:dsar_handlingrule_changelist")
ENTER = reverse("admin:dsar_handlingrule_enter", args=["access"])
WHY = "Too many copies went out unread."


def test_the_officer_says_who_decides_and_the_next_copy_waits_for_staff(dora, ask, cast):
    assert "The system, once it is known who asks" in dora.get(LIST).content.decode()
    answer = dora.post(ENTER, {"handling": "staff", "reason": WHY}, follow=True)
    assert "Access: One of the staff." in answer.content.decode()
    assert WHY in answer.content.decode()
    ask(cast.alice, "access")
    assert Request.objects.get(right=Right.ACCESS).state == State.IN_REVIEW


def test_the_page_says_first_what_a_change_concerns(dora, ask, cast):
    dora.post(ENTER, {"handling": "staff", "reason": WHY})
    ask(cast.alice, "access")
    assert "Open and not decided: 1." in dora.get(ENTER).content.decode()


def test_without_a_reason_nothing_changes(dora):
    answer = dora.post(ENTER, {"handling": "staff", "reason": ""})
    assert "This field is required" in answer.content.decode()
    assert not HandlingRule.objects.exists()


def test_a_deletion_offers_no_choice(dora):
    assert dora.get(reverse("admin:dsar_handlingrule_enter", args=["deletion"])).status_code == 404
    row = dora.get(LIST).content.decode().partition("Deletion</th>")[2].partition("</tr>")[0]
    assert "Two people" in row
    assert "Change" not in row


def test_others_read_it_and_find_no_way_to_change_it(at_desk):
    for role in ("handler", "reviewer", "auditor"):
        shown = at_desk(role).get(LIST).content.decode()
        assert "Two people" in shown
        assert ENTER not in shown


def test_the_pages_have_no_barrier(dora, clean):
    dora.post(ENTER, {"handling": "staff", "reason": WHY})
    rule = HandlingRule.objects.get()
    page = reverse("admin:dsar_handlingrule_change", args=[rule.pk])
    clean(dora, LIST, ENTER, page, says="Access")
