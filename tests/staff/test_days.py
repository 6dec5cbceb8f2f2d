"""Whole days at the desk in a real browser: every right to its answer, each by the people whose role it is.

No page on the way has a barrier, an error in the console or anything that the strict policy refuses: see `Seat`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.audit.verify_export import verify
from dsar.cases import letters
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.delays import Extension
from dsar.cases.intake import Asked, Proposal
from dsar.cases.models import Decision, Letter, Request
from dsar.cases.states import Outcome, Right, State
from dsar.engine import reception
from dsar.ledger import log, signing
from dsar.ledger.models import Entry
from dsar.packages.models import Download, Package
from dsar.processing import gate
from dsar.registers import consents
from tests import faces
from tests.staff.seats import Seat
from tests.testapp.models import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(540)]

REQUESTS = reverse("admin:dsar_request_changelist")
EXPORTS = reverse("admin:dsar_export_changelist")
DECIDED = [
    Right.ACCESS,
    Right.PORTABILITY,
    Right.CORRECTION,
    Right.RESTRICTION,
    Right.OBJECTION,
]
"""The rights that one person decides; deletion takes two, and a withdrawal of consent waits for nobody."""


@pytest.fixture
def sit(
    live_server: Any, browser: Any, at_desk: Callable[..., Any]
) -> Iterator[Callable[..., Seat]]:
    """Sit down as somebody of a role."""
    seats: list[Seat] = []

    def down(role: str, name: str = "") -> Seat:
        seats.append(Seat(at_desk(role, name), browser, live_server.url))
        return seats[-1]

    yield down
    for seat in seats:
        seat.leave()


@pytest.fixture
def by_people(settings: Any) -> None:
    """Let people decide about copies, too, which the policy would let pass."""
    settings.DSAR = settings.DSAR | {"POLICY": {"access": "staff", "portability": "staff"}}


def asked(person: Any, right: Right) -> Request:
    """A request of somebody whose log-in is old: who asks is still to be established."""
    wanted: dict[str, dict[str, Any]] = {
        Right.RESTRICTION: {"scope": {"ground": "unlawful"}},
        Right.OBJECTION: {"scope": {"objection": "other", "purposes": ["test_safety"]}},
        Right.CONSENT_WITHDRAWAL: {"scope": {"purposes": ["test_newsletter"]}},
    }
    if right is Right.CORRECTION:
        row = str(Member.objects.get(user_id=person.pk).pk)
        wish = Proposal(declaration="testapp.Member", row=row, field="nickname", new="Allie")
        wanted[right] = {"corrections": (wish,)}
    case = reception.file(
        subject=person.user,
        asked=[Asked(right=right, **wanted.get(right, {}))],
        actor=Actor(kind=ActorKind.REQUESTER, user=person.user),
        channel="portal",
        language="en",
        contact=person.email,
        authenticated_at=None,
    )
    return case.requests.get()


def open_case(seat: Seat, request: Request) -> None:
    """From the work list to the request, and from there to its case."""
    seat.open(REQUESTS)
    seat.follow(request.case.reference)
    seat.follow("Case")


def look_again(seat: Seat, request: Request) -> None:
    """Open the case's page anew, to see what has become of it."""
    seat.open(reverse("admin:dsar_case_change", args=[request.case_id]))


def named(act: str, request: Request) -> str:
    """The link by which the page of a case leads to an act."""
    return f"{act} ({request.right.replace('_', ' ')})"


def do(seat: Seat, act: str, request: Request) -> None:
    """Open an act from the case's page, having read there what follows from it, and do it."""
    open_act(seat, act, request)
    seat.press(act, says=f"Done: {act.lower()}.")


def open_act(seat: Seat, act: str, request: Request) -> None:
    if seat.offers("Case"):
        seat.follow("Case")
    offer = seat.page.locator(".desk-acts li").filter(
        has=seat.page.get_by_role("link", name=named(act, request), exact=True)
    )
    assert len(offer.locator("> span").inner_text()) > 20, act
    seat.follow(named(act, request))


def triage(seat: Seat, request: Request) -> None:
    """What a handler does with everything: take it, establish who asks, look at what would happen."""
    open_case(seat, request)
    do(seat, "Take", request)
    request.refresh_from_db()
    assert request.owner is not None
    do(seat, "Vouch for identity", request)
    request.refresh_from_db()
    assert request.case.proofs.exists() or Request.objects.get(pk=request.pk).case.verified_at
    assert request.state == State.IN_REVIEW
    open_act(seat, "Preview plan", request)
    assert seat.says("What would happen")
    assert not seat.page.get_by_role("button", name="Decide").count()
    seat.follow("Back")
    assert not seat.offers("Decide")


def tags_of(request: Request) -> list[str]:
    return [entry.tag for entry in log.entries(request.pk)]


def answered(request: Request) -> str:
    """The words of the letter that answered it; it is closed, and the ledger tells the whole way."""
    request.refresh_from_db()
    assert request.state == State.CLOSED
    assert request.outcome in {Outcome.FULFILLED, Outcome.PARTIALLY_FULFILLED}
    assert request.answered_at is not None
    way = ["request.owned", "request.verified", "request.previewed", "request.decided"]
    tags = tags_of(request)
    places = [tags.index(tag) for tag in [*way, "request.closed"]]
    assert places == sorted(places)
    letter = Letter.objects.get(request=request, kind=Letter.Kind.ANSWER)
    return letters.render(letter).text


@pytest.mark.usefixtures("by_people")
@pytest.mark.parametrize("right", DECIDED)
def test_a_request_goes_from_triage_to_its_answer(cast, sit, worked, right):
    """A handler prepares, a reviewer reads the letter and decides, a worker carries out; the page says so."""
    request, others = asked(cast.alice, right), Member.objects.get(user_id=cast.bob.pk).nickname
    assert request.state == State.AWAITING_VERIFICATION
    handler, reviewer = sit("handler", "hanna"), sit("reviewer", "rita")
    triage(handler, request)
    open_case(reviewer, request)
    open_act(reviewer, "Decide", request)
    assert reviewer.says("What would happen")
    reviewer.press("Decide", says="Done: decide.")
    decision = Decision.objects.get(request=request)
    assert (decision.verdict, decision.automatic) == (Decision.Verdict.GRANTED, False)
    worked()
    assert request.case.reference in answered(request)
    look_again(handler, request)
    assert handler.says("request: closed")
    for check in CAME_OF_IT.get(right, ()):
        check(cast)
    packages = Package.objects.filter(request_reference=request.pk, state=Package.State.READY)
    assert packages.exists() is (right in {Right.ACCESS, Right.PORTABILITY})
    assert Member.objects.get(user_id=cast.bob.pk).nickname == others


def _corrected(cast: Any) -> None:
    assert Member.objects.get(user_id=cast.alice.pk).nickname == "Allie"


def _stopped(cast: Any) -> None:
    assert not gate.permitted(cast.alice.pk, "test_safety")
    assert gate.permitted(cast.bob.pk, "test_safety")


CAME_OF_IT: dict[Right, tuple[Callable[[Any], None], ...]] = {
    Right.CORRECTION: (_corrected,),
    Right.OBJECTION: (_stopped,),
    Right.RESTRICTION: (_stopped,),
}


def test_a_withdrawal_of_consent_is_done_when_staff_first_see_it(cast, sit):
    """Nobody triages, verifies or decides it (GDPR Art. 7(3)): the handler finds it carried out and answered."""
    consents.give(cast.alice.pk, "test_newsletter", wording="Yes.")
    consents.give(cast.bob.pk, "test_newsletter", wording="Yes.")
    assert gate.permitted(cast.alice.pk, "test_newsletter")
    request = asked(cast.alice, Right.CONSENT_WITHDRAWAL)
    assert not gate.permitted(cast.alice.pk, "test_newsletter")
    assert gate.permitted(cast.bob.pk, "test_newsletter")
    handler = sit("handler", "hanna")
    handler.open(f"{REQUESTS}?standing=all")
    handler.follow(request.case.reference)
    handler.follow("Case")
    assert handler.says("There is nothing for you to do with this request as it stands.")
    assert handler.says("request: closed")
    assert not handler.page.locator(".desk-acts").count()
    letter = Letter.objects.get(request=request, kind=Letter.Kind.ANSWER)
    handler.follow(letter.get_kind_display())
    assert handler.says(request.case.reference)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)


def test_a_deletion_takes_a_second_person(cast, sit, worked):
    """A reviewer decides, an officer signs; whoever decided is refused, and the person's data stays until then."""
    request = asked(cast.alice, Right.DELETION)
    triage(sit("handler", "hanna"), request)
    first = sit("officer", "dora")
    open_case(first, request)
    open_act(first, "Decide", request)
    first.press("Decide", says="Done: decide.")
    open_act(first, "Approve", request)
    assert first.says("You give the second signature.")
    first.press("Approve", says="A second person must sign")
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW
    worked()
    assert Member.objects.filter(user_id=cast.alice.pk).exists()
    reviewer = sit("reviewer", "rita")
    open_case(reviewer, request)
    assert not reviewer.offers(named("Approve", request))
    second = sit("officer", "otto")
    open_case(second, request)
    do(second, "Approve", request)
    decision = Decision.objects.get(request=request)
    assert decision.approved_by is not None
    assert decision.decided_by != decision.approved_by
    worked()
    assert answered(request)
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()
    assert Member.objects.filter(user_id=cast.bob.pk).exists()
    look_again(second, request)
    assert second.says("signed by")


def test_an_officer_extends_and_refuses_on_a_ground(cast, sit, settings):
    """The notice and the refusal are read before they are sent; the person gets both, and the data stays as it was."""
    settings.DSAR = settings.DSAR | {"REGIMES": ("EU",)}
    request = asked(cast.alice, Right.CORRECTION)
    triage(sit("handler", "hanna"), request)
    before = Request.objects.get(pk=request.pk).statutory_due_at
    officer = sit("officer", "dora")
    open_case(officer, request)
    open_act(officer, "Extend", request)
    page = officer.page
    page.get_by_label("Ground under the law of EU").select_option(index=1)
    page.get_by_label("Reasons").fill("Many of these records lie in an archive.")
    officer.press("Show the letter first", says="Nothing was done or sent yet.")
    assert "Many of these records lie in an archive." in page.locator("pre.letter").inner_text()
    assert not Extension.objects.exists()
    officer.press("Extend", says="Done: extend.")
    request.refresh_from_db()
    assert request.statutory_due_at > before
    assert Letter.objects.filter(request=request, kind=Letter.Kind.EXTENSION).count() == 1
    open_act(officer, "Decide", request)
    page.get_by_label("Refused", exact=True).check()
    page.locator("#id_reason").fill("The papers show the name as it stands.")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.locator(".messagelist .error").wait_for()
    officer.look()
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW
    page.get_by_label("Refused", exact=True).check()
    page.get_by_label("Ground under the law of EU").select_option("accuracy_confirmed")
    page.locator("#id_reason").fill("The papers show the name as it stands.")
    officer.press("Decide", says="Done: decide.")
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.REFUSED)
    assert Decision.objects.get(request=request).grounds == {"EU": "accuracy_confirmed"}
    refusal = Letter.objects.get(request=request, kind=Letter.Kind.REFUSAL)
    assert "The papers show" not in letters.render(refusal).text
    assert Member.objects.get(user_id=cast.alice.pk).nickname == cast.alice.canary("nickname")
    assert {"request.extended", "request.decided", "request.closed"} <= set(tags_of(request))


def test_an_auditor_draws_a_sample_and_takes_an_export_away(cast, ask, sit, settings, tmp_path):
    """The seed is theirs; what they fetch verifies without us, and names nobody."""
    faces.sign(settings, tmp_path)
    ask(cast.alice, "access", "portability")
    ask(cast.bob, "deletion")
    auditor = sit("auditor", "ann")
    page = auditor.page
    auditor.open(EXPORTS)
    auditor.follow("Ask for an export")
    page.get_by_label("Requests in the sample").fill("2")
    auditor.press("Export", says="A sample needs a seed")
    page.get_by_label("Seed").fill("spring-2026")
    auditor.press("Export", says="It is being written")
    export = Export.objects.get()
    assert (export.seed, export.sample_size) == ("spring-2026", 2)
    exporting.run(export.pk)
    auditor.open(reverse("admin:dsar_export_change", args=[export.pk]))
    assert auditor.says("Sample drawn with the seed spring-2026")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Fetch the archive").click()
    kept = tmp_path / "fetched.zip"
    fetched.value.save_as(kept)
    assert verify(kept, [str(one) for one in signing.verifiers()])[1] == 3
    assert Download.objects.get().completed_at is not None
    assert Entry.objects.filter(tag="data.exported").count() == 1
    export.refresh_from_db()
    again = exporting.ask(
        actor=Actor(kind=ActorKind.STAFF, user=export.asked_by),
        by="received",
        sample_size=2,
        seed="spring-2026",
    )
    exporting.run(again.pk)
    again.refresh_from_db()
    assert [one["request"] for one in again.sample] == [one["request"] for one in export.sample]
    auditor.page.get_by_role("link", name=export.sample[0]["reference"]).first.click()
    auditor.look()
    for person in (cast.alice, cast.bob):
        assert person.email not in page.content()
    assert not page.locator(".desk-acts").count()
