"""A deletion takes what it must, keeps what a law demands, and touches nobody else."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from dsar.cases import letters
from dsar.cases.asked import Asked
from dsar.cases.models import Request
from dsar.cases.states import Outcome, Right, State
from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category, Channel
from dsar.engine import execution, journal
from dsar.engine.models import Removal
from dsar.ledger import log
from dsar.ledger.models import Entry
from dsar.registers import disclosures, holds, recipients
from dsar.registers.models import Objection
from tests.engine.looking import places_of, rows_of, text_of
from tests.testapp.models import Loan, Member, Report, Tag, Visit
from tests.testapp.privacy import LENDING, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case
    from tests.testapp.factories import Cast

KEPT = {'"testapp_payment"', '"testapp_report"', '"testapp_legalopinion"', '"testapp_loanline"'}
"""What the law keeps, and the tables that only ever hold other people's rows of the same shape."""


def test_deletion_removes_the_person_and_keeps_what_the_law_keeps(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The canaries are there before; after, only what the plan retained still says them."""
    assert len(places_of("canary-alice")) > 5
    request = answered(ask(cast.alice, "deletion"))
    assert [entry.canonical for entry in log.entries(request.pk)][-1].count("closed")
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
    assert not get_user_model().objects.filter(pk=cast.alice.pk).exists()
    assert not Member.objects.filter(nickname=cast.alice.canary("nickname")).exists()
    left = set(places_of("canary-alice"))
    assert left <= KEPT | {'"testapp_subscription"', '"testapp_loan"'}
    guest = Loan.objects.get(contact_email=cast.alice.email)
    assert "canary-alice" in text_of('"testapp_loan"')
    assert guest.borrower_id is None
    assert not Tag.objects.filter(text__startswith="canary-alice").exists()
    assert not Removal.objects.exists()


def test_letter_and_ledger_name_the_ground_on_which_each_kind_goes(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """By basis and by objection (GDPR Art. 17(1)); a person to whom that law does not apply reads no article of it."""
    Objection.objects.create(subject_id=cast.alice.pk, purpose_id=SAFETY.code)
    request = answered(ask(cast.alice, "deletion", residence="DE"))
    receipts = {one["declaration"]: one for one in request.result["receipts"]}
    grounds = {label: one["ground"] for label, one in receipts.items() if one["ground"]}
    assert grounds["testapp.Visit"] == "objected"
    assert grounds["testapp.Member"] == "no_longer_needed"
    assert {
        one["ground"] for one in receipts.values() if not one["deleted"] + one["overwritten"]
    } == {""}
    text = letters.render(request.letters.get(kind="answer")).text
    for part in ("You objected to its use", "GDPR Art. 17(1)(a)", "17(1)(c)"):
        assert part in text
    erased = Entry.objects.get(request=request.pk, tag="step.done", canonical__contains="grounds")
    assert json.loads(erased.canonical)["detail"]["grounds"] == grounds

    # To one channel only: the purpose goes on in the others.
    Objection.objects.create(subject_id=cast.bob.pk, purpose_id=SAFETY.code, channel=Channel.PHONE)
    other = answered(ask(cast.bob, "deletion"))
    told = {one["declaration"]: one["ground"] for one in other.result["receipts"]}
    assert told["testapp.Visit"] == "no_longer_needed"
    text = letters.render(other.letters.get(kind="answer")).text
    assert "We no longer need it" in text
    assert "GDPR" not in text


def test_deletion_leaves_other_people_untouched(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Bob's rows are the same bytes before and after."""
    tables = ("testapp_member", "testapp_loan", "testapp_device", "testapp_payment", "testapp_tag")
    before = {table: rows_of(table, "t::text LIKE %s", "%canary-bob%") for table in tables}
    assert all(before.values())
    answered(ask(cast.alice, "deletion"))
    assert before == {table: rows_of(table, "t::text LIKE %s", "%canary-bob%") for table in tables}


def test_deletion_is_journalled_outside_the_database(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The journal names the key and no personal data."""
    request = answered(ask(cast.alice, "deletion"))
    (erasure,) = journal.read()
    assert (erasure.request, erasure.person) == (str(request.pk), str(cast.alice.pk))


def test_running_a_closed_deletion_again_does_nothing(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """A task that is delivered twice finds nothing to claim."""
    request = answered(ask(cast.alice, "deletion"))
    assert execution.run(request.pk) is None


def test_deletion_waits_for_its_period(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    settings: Any,
) -> None:
    """No path skips the waiting period: an approved deletion is not claimed before its time."""
    settings.DSAR = settings.DSAR | {"WAITING_PERIOD_SECONDS": 3600}
    request = granted(ask(cast.alice, "deletion"))
    assert request.state == State.APPROVED
    assert execution.run(request.pk) is None
    assert execution.run() is None
    assert Member.objects.filter(user_id=cast.alice.pk).exists()


def test_large_models_go_in_batches_with_the_same_result(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request], settings: Any
) -> None:
    """Two rows a batch: nothing of Alice is left, Bob keeps his, and the receipt counts every row once."""
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 2}
    visits = Visit.objects.filter(user_agent=cast.alice.canary("agent")).count()
    assert visits == 3
    request = answered(ask(cast.alice, "deletion"))
    assert request.state == State.CLOSED
    receipts = {one["declaration"]: one for one in request.result["receipts"]}
    assert receipts["testapp.Visit"]["deleted"] == visits
    assert not Visit.objects.filter(user_agent=cast.alice.canary("agent")).exists()
    assert Visit.objects.filter(user_agent=cast.bob.canary("agent")).count() == visits
    assert not Loan.objects.filter(borrower_id=cast.alice.pk).exists()


def test_deletion_of_one_kind_leaves_the_account_and_everything_else(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Optional data goes without the account being closed (R97)."""
    loans = rows_of("testapp_loan", "borrower_id = %s", cast.alice.pk)
    asked = Asked(right=Right.DELETION, scope={"declarations": ["testapp.Visit"]})
    request = answered(ask(cast.alice, asked))
    assert request.outcome == Outcome.FULFILLED
    assert [one["declaration"] for one in request.result["receipts"]] == ["testapp.Visit"]
    assert not Visit.objects.filter(user_agent=cast.alice.canary("agent")).exists()
    assert get_user_model().objects.filter(pk=cast.alice.pk, is_active=True).exists()
    assert rows_of("testapp_loan", "borrower_id = %s", cast.alice.pk) == loans


def test_receipt_hints_at_nothing_concealed(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """Two reports are kept, one of them secret: the receipt knows of one (PDPA s 21(4))."""
    assert Report.objects.filter(about_id=cast.alice.pk).count() == 2
    request = answered(ask(cast.alice, "deletion"))
    receipts = {one["declaration"]: one for one in request.result["receipts"]}
    assert receipts["testapp.Report"]["retained"] == 1
    assert receipts["testapp.Report"]["until"] > "2031"
    said = letters.read(request.letters.get(kind="answer"))
    assert "Example Bank Ltd" in said["recipients"]


def test_hold_placed_after_approval_stops_the_deletion(
    cast: Cast,
    ask: Callable[..., Case],
    granted: Callable[[Case], Request],
    dora: Actor,
) -> None:
    """Nothing is erased while the hold stands; when it is released the deletion goes on."""
    request = granted(ask(cast.alice, "deletion"))
    hold = holds.place(
        cast.alice.user,
        ground="claim",
        law="Limitation Act 1959 s 6",
        review_on=date(2027, 1, 1),
        by=dora.user,
    )
    assert execution.run(request.pk) is None
    assert Member.objects.filter(user_id=cast.alice.pk).exists()
    holds.release(hold, by=dora.user)
    Request.objects.filter(pk=request.pk).update(lease_until=None)
    assert execution.run(request.pk) == request.pk
    assert not Member.objects.filter(user_id=cast.alice.pk).exists()


def test_whoever_received_data_is_to_be_told_of_its_deletion(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    """The purposes' recipients, and whoever was told within the year; the letter names nobody told in secret (R94)."""
    now = timezone.now()
    for code, since, secret in (
        ("auditor", now, False),
        ("police", now, True),
        ("former", now - timedelta(days=500), False),
    ):
        recipient = Recipient(code=code, name=f"Example {code}", role="controller", country="SG")
        recipients.enter(recipient)
        disclosures.record(
            cast.alice.user,
            recipient=recipient,
            purpose=LENDING,
            categories=[Category.NAME],
            basis="Library rules 4",
            since=since,
            secret=secret,
        )
    request = answered(ask(cast.alice, "deletion"))
    told = set(request.recipient_tasks.values_list("recipient_code", flat=True))
    assert told >= {"test_bank", "auditor", "police"}
    assert "former" not in told
    assert "police" not in str(letters.read(request.letters.get(kind="answer")))
