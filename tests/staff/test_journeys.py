"""A day at the desk in a real browser: a request from triage to its answer, and a deletion through two people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from dsar.cases.actors import Actor, ActorKind
from dsar.cases.claims import Said
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.engine import reception
from dsar.ledger import log
from tests import faces
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LISTING = reverse("admin:dsar_request_changelist")

EVERY_RUN = {Right.CORRECTION, Right.DELETION}
"""The rights whose pages have most on them; those of the others are walked with what takes minutes."""


@pytest.fixture
def sit_down(live_server: Any, browser: Any) -> Iterator[Callable[..., Any]]:
    """Open the work list as somebody; whatever the console says in the meantime is a fault."""
    opened, complaints = [], []

    def begin(client):
        page = faces.page_for(client, browser, live_server.url)
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(live_server.url + LISTING)
        opened.append(page)
        return page

    yield begin
    for page in opened:
        page.context.close()
    assert complaints == []


def _press(page, label):
    """Choose an act of the request's page, and then its button."""
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_text(f"Done: {label.lower()}.").wait_for()


def _open(page, request):
    page.get_by_role("link", name=request.case.reference, exact=True).click()
    page.get_by_role("heading", name=request.case.reference).wait_for()


def _acts(page):
    return page.locator(".desk-acts a").all_inner_texts()


@pytest.fixture
def unproved(cast):
    """An access request of somebody who wrote in and proved nothing yet, by the address of Alice's account."""
    case = reception.file(
        subject=None,
        asked=[Asked(right=Right.ACCESS)],
        actor=Actor(kind=ActorKind.REQUESTER),
        channel="email",
        language="en",
        contact=cast.alice.email,
        claim=Said(name="Alice", address=cast.alice.email),
    )
    request = case.requests.get()
    assert request.state == State.AWAITING_VERIFICATION
    return request


def test_a_handler_takes_a_request_proves_who_asks_and_looks_and_a_reviewer_answers(
    unproved, at_desk, sit_down, worked
):
    page = sit_down(at_desk("handler"))
    _open(page, unproved)
    assert "DECIDE" not in [one.upper() for one in _acts(page)]
    _press(page, "Take")
    _press(page, "Vouch for identity")
    unproved.refresh_from_db()
    assert unproved.owner is not None
    assert unproved.state != State.AWAITING_VERIFICATION
    if unproved.state == State.IN_REVIEW:
        page.get_by_role("link", name="Preview plan").click()
        page.get_by_text("What would happen").wait_for()
        decider = sit_down(at_desk("reviewer"))
        _open(decider, unproved)
        _press(decider, "Decide")
    worked()
    unproved.refresh_from_db()
    assert unproved.state == State.CLOSED
    assert Letter.objects.filter(request=unproved, kind="answer").exists()
    tags = [entry.tag for entry in log.entries(unproved.pk)]
    assert (
        tags.index("request.owned") < tags.index("request.verified") < tags.index("request.closed")
    )


def test_a_question_is_asked_after_its_letter_was_read(cast, ask, at_desk, sit_down):
    request = ask(cast.alice, "deletion").requests.get()
    page = sit_down(at_desk("handler"))
    _open(page, request)
    page.get_by_role("link", name="Ask the requester").click()
    page.get_by_label("Question").fill("Which of your accounts?")
    page.get_by_role("button", name="Show the letter first").click()
    page.get_by_text("Nothing was done or sent yet.").wait_for()
    assert "Which of your accounts?" in page.locator("pre.letter").inner_text()
    assert Request.objects.get().state == State.IN_REVIEW
    page.get_by_role("button", name="Ask the requester").click()
    page.get_by_text("Done: ask the requester.").wait_for()
    assert Request.objects.get().state == State.AWAITING_REQUESTER


def test_a_deletion_goes_through_two_people_and_not_through_one(
    cast, ask, at_desk, sit_down, worked
):
    request = ask(cast.alice, "deletion").requests.get()
    first = sit_down(at_desk("officer", "dora"))
    _open(first, request)
    first.get_by_role("link", name="Decide", exact=True).click()
    first.get_by_text("What would happen").wait_for()
    first.get_by_role("button", name="Decide", exact=True).click()
    first.get_by_text("Done: decide.").wait_for()
    first.get_by_role("link", name="Approve", exact=True).click()
    first.get_by_role("button", name="Approve", exact=True).click()
    first.get_by_text("A second person must sign").wait_for()
    assert Request.objects.get().state == State.IN_REVIEW
    second = sit_down(at_desk("officer", "otto"))
    _open(second, request)
    _press(second, "Approve")
    assert Member.objects.filter(user_id=cast.alice.pk).exists()
    worked()
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert Member.objects.filter(user_id=cast.bob.pk).exists()
    second.reload()
    second.get_by_text("request: closed").first.wait_for()


@pytest.mark.parametrize(
    "right",
    [
        pytest.param(right, marks=[] if right in EVERY_RUN else pytest.mark.slow)
        for right in sorted(Right)
    ],
)
def test_the_pages_of_each_right_have_no_barrier(cast, ask, dora, clean, right):
    wanted: dict[str, dict[str, Any]] = {
        Right.RESTRICTION: {"scope": {"ground": "claims"}},
        Right.OBJECTION: {"scope": {"objection": "marketing"}},
        Right.CONSENT_WITHDRAWAL: {"scope": {"purposes": ["test_newsletter"]}},
        Right.CORRECTION: {"corrections": (_wish(cast.alice),)},
    }
    request = ask(cast.alice, Asked(right=right, **wanted.get(right, {}))).requests.get()
    address = reverse("admin:dsar_request_change", args=[request.pk])
    clean(dora, address, says=request.case.reference)
    if request.state == State.IN_REVIEW:
        decide = reverse("admin:dsar_request_act", args=[request.pk, "decide"])
        clean(dora, decide, says="What would happen")


def _wish(person):
    member = Member.objects.get(user_id=person.pk)
    return Proposal(declaration="testapp.Member", row=str(member.pk), field="nickname", new="Allie")
