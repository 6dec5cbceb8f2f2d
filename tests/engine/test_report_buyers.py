"""Whoever bought a report received the data of the people it names, and is told of what becomes of it (R98)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsar.cases import letters
from dsar.cases.asked import Asked, Proposal
from dsar.cases.models import Letter
from dsar.cases.recipient_models import RecipientTask
from dsar.cases.states import Right
from dsar.contract import registry
from dsar.contract.people import guest
from dsar.duties import notifying
from dsar.ledger.models import Entry
from dsar.registers import received
from orders.models import Order, ReportSubject
from orders.privacy import NamedInReportData
from orders.purposes import REPORT_BUYERS
from tests.engine.archives import opened
from tests.factories import orders as made

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast

ORGANISATION = "Fictional Timber Traders GmbH"
READER = "Reader O'Fiction"
LATER = "Second Fictional Buyer Ltd"


def sold(about: str, *, to: str, organisation: bool, **order: Any) -> ReportSubject:
    """A report that names the person at this address, bought by somebody."""
    bought = made.OrderFactory(
        invoice_party=to, buyer_is_organisation=organisation, customer=None, **order
    )
    subject: ReportSubject = made.ReportSubjectFactory(
        report=made.ReportFactory(order=bought), email=about, name="Director O'Fiction"
    )
    return subject


@pytest.fixture
def bought(cast: Cast) -> dict[str, ReportSubject]:
    """Alice stands in reports of an organisation (two) and a reader, Bob in one whose order was cancelled."""
    sold(cast.alice.email, to=ORGANISATION, organisation=True)
    found = {
        "organisation": sold(cast.alice.email, to=ORGANISATION, organisation=True),
        "reader": sold(cast.alice.email, to=READER, organisation=False),
        "unsold": sold(cast.bob.email, to=LATER, organisation=True, status=Order.Status.CANCELLED),
    }
    made.ReportSubjectFactory(report=made.ReportFactory(), email="nobody@example.com")
    return found


def tasks(case: Case) -> dict[str, str]:
    """Buyers who are to be told, by the code of their task."""
    found = RecipientTask.objects.filter(
        request__case=case, recipient_code__startswith="report_buyers"
    )
    return dict(found.values_list("recipient_code", "recipient"))


def letter(case: Case) -> dict[str, Any]:
    answer = Letter.objects.get(request__case=case, kind=Letter.Kind.ANSWER)
    return letters.read(answer)


def test_an_organisation_is_told_by_name_and_a_person_as_one_of_the_buyers(
    cast: Cast, bought: dict[str, ReportSubject]
) -> None:
    names = [one.recipient for one in received.of(cast.alice.pk)]
    assert names == [REPORT_BUYERS.name, ORGANISATION]
    assert received.of(cast.bob.pk) == []
    assert READER not in repr(received.of(cast.alice.pk))


def test_a_guest_who_is_named_learns_of_the_buyers_too(cast: Cast) -> None:
    sold("board@firm.example", to=ORGANISATION, organisation=True)
    person = guest(("board@firm.example",), names=("Director O'Fiction",))
    assert [one.recipient for one in received.of(person)] == [ORGANISATION]
    stranger = guest(("board@firm.example",), names=("Somebody O'Fiction",))
    assert received.of(stranger) == []


def test_what_was_not_delivered_yet_reached_nobody(cast: Cast) -> None:
    subject = sold(cast.alice.email, to=ORGANISATION, organisation=True)
    subject.report.delivered_at = timezone.now() + timedelta(days=1)
    subject.report.save()
    assert received.of(cast.alice.pk) == []


def test_however_many_bought_it_takes_one_statement(
    cast: Cast, bought: dict[str, ReportSubject]
) -> None:
    for number in range(5):
        sold(cast.alice.email, to=f"Fictional Buyer {number} Ltd", organisation=True)
    with CaptureQueriesContext(connection) as asked:
        assert len(received.of(cast.alice.pk)) == 7
    assert len(asked) == 1


def test_a_copy_says_who_bought_what_is_said_of_the_person(
    cast: Cast,
    bought: dict[str, ReportSubject],
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    """In the information of the package, and in Singapore among those who were told within the year (R60)."""
    told: dict[str, set[str]] = {}
    year: dict[str, set[str]] = {}
    for person in (cast.alice, cast.bob):
        case = ask(person, "access")
        said = json.loads(opened(answered(case)).read("information.json"))
        told[person.name] = {one["name"] for one in said["recipients"]}
        year[person.name] = {one["recipient"] for one in letter(case)["used_last_year"]}
    assert {REPORT_BUYERS.name, ORGANISATION} <= told["alice"]
    assert year["alice"] == {REPORT_BUYERS.name, ORGANISATION}
    assert not {REPORT_BUYERS.name, ORGANISATION, LATER} & told["bob"]
    assert year["bob"] == set()
    assert READER not in told["alice"]


def test_the_centre_shows_the_buyers_to_the_person_only(
    cast: Cast, bought: dict[str, ReportSubject], client: Client
) -> None:
    for person, is_told in ((cast.alice, True), (cast.bob, False)):
        user: Any = person.user
        client.force_login(user)
        page = client.get(reverse("dsar_portal:held")).content.decode()
        # Among the recipients of the purpose, and below "What we told whom".
        assert page.count(ORGANISATION) == 2 * is_told
        assert page.count(REPORT_BUYERS.name) == 2 * is_told
        assert READER not in page
        assert LATER not in page


def test_after_a_deletion_the_buyers_are_told_though_the_records_are_gone(
    cast: Cast,
    bought: dict[str, ReportSubject],
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    dora: Actor,
) -> None:
    cases = {person.name: ask(person, "deletion") for person in (cast.alice, cast.bob)}
    requests = {name: answered(case) for name, case in cases.items()}
    assert not ReportSubject.objects.filter(email__in=[cast.alice.email, cast.bob.email]).exists()
    assert tasks(cases["alice"]) == {
        "report_buyers": REPORT_BUYERS.name,
        "report_buyers.2": ORGANISATION,
    }
    assert tasks(cases["bob"]) == {}
    assert {REPORT_BUYERS.name, ORGANISATION} <= set(letter(cases["alice"])["recipients"])
    assert not {REPORT_BUYERS.name, ORGANISATION, LATER} & set(letter(cases["bob"])["recipients"])
    written = [
        entry.canonical
        for entry in Entry.objects.filter(
            tag="recipient.tasks_opened", request=str(requests["alice"].pk)
        )
    ]
    assert any("report_buyers.2" in one for one in written)
    assert ORGANISATION not in "".join(written)
    task = RecipientTask.objects.get(request=requests["alice"], recipient_code=REPORT_BUYERS.code)
    state = RecipientTask.State.DISPROPORTIONATE
    notifying.finish(task, state=state, facts="They are no longer customers.", actor=dora)
    task.refresh_from_db()
    assert task.state == state


def test_a_correction_is_told_to_the_buyers_of_the_corrected_report_only(
    cast: Cast,
    bought: dict[str, ReportSubject],
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
) -> None:
    wish = Proposal(
        declaration="orders.ReportSubject",
        row=str(bought["reader"].pk),
        field="nationality",
        new="SG",
    )
    case = ask(cast.alice, Asked(right=Right.CORRECTION, corrections=(wish,)))
    answered(case)
    assert tasks(case) == {"report_buyers": REPORT_BUYERS.name}
    assert REPORT_BUYERS.name in letter(case)["recipients"]
    assert ORGANISATION not in letter(case)["recipients"]


def test_a_deletion_in_batches_names_each_buyer_once(
    cast: Cast,
    bought: dict[str, ReportSubject],
    ask: Callable[..., Case],
    answered: Callable[[Case], Request],
    settings: Any,
) -> None:
    settings.DSAR = settings.DSAR | {"BATCH_ROWS": 1}
    case = ask(cast.alice, "deletion")
    answered(case)
    assert sorted(tasks(case).values()) == sorted([REPORT_BUYERS.name, ORGANISATION])


def test_rows_that_are_concealed_cannot_say_who_received_them() -> None:
    """Else the recipient would tell what nobody may learn of (PDPA s 21(4))."""
    with registry.replaced():
        said = type("Said", (NamedInReportData,), {"concealed": {"source": ""}})
        with pytest.raises(ImproperlyConfigured, match="conceals"):
            registry.declare(ReportSubject)(said)
