"""A person without account receives, corrects and deletes exactly their rows, also where others share the address."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from dsar.cases import letters, subjects
from dsar.cases.actors import SYSTEM
from dsar.cases.asked import Asked
from dsar.cases.identity import Method
from dsar.cases.models import Case
from dsar.cases.states import Outcome, Right, State
from dsar.contract.people import guest
from dsar.duties import replay
from dsar.engine import discovery, execution, journal, reception
from dsar.ledger.models import Entry
from dsar.registers import suppression
from tests.engine.archives import everything, opened, rows
from tests.testapp.factories import make_loan
from tests.testapp.models import Loan, LoanLine, Subscription, Tag, Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Request
    from tests.testapp.factories import Cast

DESK = "desk@example.com"
NAMES = {"mia": "Mia Canary", "ned": "Ned Canary", "oda": "Oda Canary"}


class Visitor:
    """Somebody without account who shares an address with two others."""

    def __init__(self, name: str) -> None:
        self.name, self.email, self.called = name, DESK, NAMES[name]

    def canary(self, place: str) -> str:
        """A text that names whom it belongs to."""
        return f"canary-{self.name}-{place}"


@pytest.fixture
def visitors(cast: Cast) -> dict[str, Visitor]:
    """Mia, Ned and Oda, each with three loans, their lines, tags and slips, and a subscription."""
    found = {name: Visitor(name) for name in NAMES}
    tool = Tool.objects.get()
    for visitor in found.values():
        for number in range(3):
            loan = make_loan(visitor, tool=tool, number=number, borrower=None)  # type: ignore[arg-type]
            Loan.objects.filter(pk=loan.pk).update(
                contact_name=visitor.called.upper().replace(" ", "  "),
                contact_email="Desk@Example.com",
            )
            LoanLine.objects.create(loan=loan, position=0, text="line", amount=Decimal("1.10"))
            Tag.objects.create(target=loan, text=visitor.canary(f"tag-{number}"))
        Subscription.objects.create(email=DESK, called=visitor.called)
    return found


def filed(visitor: Visitor, *rights: Right, unnamed: bool = False, admit: bool = True) -> Case:
    """A case of somebody whose address and name were verified."""
    case = reception.file(
        subject=None,
        asked=[
            Asked(right=right, scope={"objection": "marketing"} if right == "objection" else {})
            for right in rights
        ],
        actor=SYSTEM,
        channel=Case.Channel.EMAIL,
        language="en",
        contact=visitor.email,
    )
    if admit:
        known = guest((visitor.email,), names=(visitor.called,), unnamed=unnamed)
        reception.admit(case, known, method=Method.LINK_AND_FACTS, actor=SYSTEM)
    return case


@pytest.mark.parametrize("name", NAMES)
def test_each_of_three_who_share_an_address_receives_exactly_their_rows(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request], name: str
) -> None:
    request = answered(filed(visitors[name], Right.ACCESS))
    assert request.outcome == Outcome.FULFILLED
    archive = opened(request)
    held, text = rows(archive), everything(archive)
    assert {label: len(found) for label, found in held.items()} == {
        "testapp.Loan": 3,
        "testapp.LoanLine": 3,
        "testapp.Subscription": 1,
        "testapp.Tag": 3,
    }
    for place in ("remarks-0", "remarks-2", "tag-1", "slip-2"):
        assert visitors[name].canary(place) in text
    for other in set(NAMES) - {name}:
        assert f"canary-{other}" not in text
        assert NAMES[other] not in text
    assert "canary-alice" not in text


def test_no_row_of_an_account_holder_is_a_guests(cast: Cast) -> None:
    """Alice's loans bear her address and her account: whoever only proves the address gets none of them."""
    assert Loan.objects.filter(contact_email=cast.alice.email, borrower__isnull=False).count() == 3
    by_address = guest((cast.alice.email,), names=(cast.alice.canary("contact-3"),), unnamed=True)
    counts = discovery.discover(by_address)
    assert counts["testapp.Loan"] == 1
    assert {label for label, rows in counts.items() if rows} == {"testapp.Loan"}


def test_a_row_without_name_is_nobodys_where_an_address_is_shared(
    visitors: dict[str, Visitor],
) -> None:
    Subscription.objects.create(email=DESK, called="")
    shared = guest((DESK,), names=(NAMES["mia"],))
    alone = guest((DESK,), names=(NAMES["mia"],), unnamed=True)
    assert discovery.discover(shared)["testapp.Subscription"] == 1
    assert discovery.discover(alone)["testapp.Subscription"] == 2


def test_portability_of_a_guest_holds_what_was_provided(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request]
) -> None:
    archive = opened(answered(filed(visitors["ned"], Right.PORTABILITY)))
    assert len(rows(archive)["testapp.Loan"]) == 3
    assert "canary-mia" not in everything(archive)


def test_deletion_of_a_guest_leaves_whoever_shares_the_address_untouched(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request]
) -> None:
    before = Loan.objects.filter(remarks__contains="canary-ned").values_list("pk", "code")
    kept = list(before)
    assert Loan.objects.filter(remarks__contains="canary-mia").count() == 3
    assert Tag.objects.filter(text__contains="canary-mia").count() == 3
    request = answered(filed(visitors["mia"], Right.DELETION))
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.PARTIALLY_FULFILLED)
    assert not Loan.objects.filter(remarks__contains="canary-mia").exists()
    assert not Tag.objects.filter(text__contains="canary-mia").exists()
    assert Subscription.objects.filter(email=DESK).count() == 2
    assert list(before.all()) == kept
    assert len(kept) == 3
    assert Tag.objects.filter(text__contains="canary-oda").count() == 3
    assert suppression.is_suppressed(DESK)
    said = letters.read(request.letters.get(kind="answer"))
    assert {one["declaration"] for one in said["receipts"]} >= {"testapp.Loan", "testapp.Tag"}
    grounds = {one["declaration"]: one["ground"] for one in said["receipts"]}
    assert grounds["testapp.Subscription"] == "consent_withdrawn"
    assert grounds["testapp.Loan"] == "no_longer_needed"


def test_the_journal_of_a_guests_deletion_names_rows_and_nobody(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request]
) -> None:
    keys = sorted(
        str(pk)
        for pk in Loan.objects.filter(remarks__contains="canary-mia").values_list("pk", flat=True)
    )
    request = answered(filed(visitors["mia"], Right.DELETION))
    (erasure,) = [one for one in journal.read() if one.request == str(request.pk)]
    assert erasure.person == ""
    assert erasure.rows is not None
    assert sorted(erasure.rows["testapp.Loan"]) == keys
    assert DESK not in str(erasure).lower()


def test_a_replay_erases_a_guests_restored_rows_again_and_no_newer_ones(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request]
) -> None:
    """The rows come back as a restore brings them: same keys, same contents, born before."""
    mine = list(Loan.objects.filter(remarks__contains="canary-mia").values())
    tags = list(Tag.objects.filter(text__contains="canary-mia"))
    answered(filed(visitors["mia"], Right.DELETION))
    for row in mine:
        Loan.objects.filter(pk=row["id"]).update(**{k: v for k, v in row.items() if k != "id"})
    for tag in tags:
        tag.save(force_insert=True)
    newer = make_loan(visitors["mia"], tool=Tool.objects.get(), number=9, borrower=None)  # type: ignore[arg-type]
    assert Loan.objects.filter(remarks__contains="canary-mia").count() == 4
    (replayed,) = list(replay.replay())
    assert replayed.rows["testapp.Loan"] == 3
    assert list(
        Loan.objects.filter(remarks__contains="canary-mia").values_list("pk", flat=True)
    ) == [newer.pk]
    assert Loan.objects.filter(remarks__contains="canary-ned").count() == 3


def test_a_guests_objection_to_marketing_suppresses_their_address_only(
    visitors: dict[str, Visitor], cast: Cast
) -> None:
    assert not suppression.is_suppressed(DESK)
    case = filed(visitors["oda"], Right.OBJECTION)
    assert case.requests.get().outcome == Outcome.FULFILLED
    assert suppression.is_suppressed("DESK@example.com")
    assert not suppression.is_suppressed(cast.alice.email)


def test_identifiers_stand_nowhere_in_the_clear(
    visitors: dict[str, Visitor], answered: Callable[[Case], Request]
) -> None:
    request = answered(filed(visitors["mia"], Right.ACCESS))
    case = Case.objects.get(pk=request.case_id)
    assert subjects.of(case) == guest((DESK,), names=(NAMES["mia"],))
    with connection.cursor() as cursor:
        for table in (
            "dsar_cases_case",
            "dsar_cases_request",
            "dsar_engine_plan",
            "dsar_engine_step",
        ):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608 - names above.
            (text,) = cursor.fetchone()
            assert text
            assert DESK not in text.lower(), table
            assert "mia canary" not in text.lower(), table
    entries = "".join(Entry.objects.values_list("canonical", flat=True)).lower()
    assert entries
    assert DESK not in entries
    assert "mia canary" not in entries


def test_what_is_not_verified_reaches_nothing(visitors: dict[str, Visitor]) -> None:
    case = filed(visitors["mia"], Right.ACCESS, admit=False)
    request = case.requests.get()
    assert request.state == State.AWAITING_VERIFICATION
    assert subjects.of(case) is None
    execution.run(request.pk)
    request.refresh_from_db()
    assert request.state == State.AWAITING_VERIFICATION
