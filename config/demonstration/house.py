"""What the registers say about the house itself: incidents, a sale, anonymous data, the nightly run; invented."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from dsar.audit import exporting
from dsar.cases import deputies, handling, holidays
from dsar.cases.permissions import OFFICERS
from dsar.cases.policy import Handling
from dsar.contract.declarations import Recipient
from dsar.duties import affected, incident_closing, incident_letters, incidents
from dsar.duties.retention import due, runs
from dsar.law.incidents import Answers, Risk
from dsar.registers import anonymous, destinations, recipients, security, transfers
from dsar.registers.incident_models import Incident, IncidentEntry
from dsar.registers.transfer_models import Transfer
from orders.purposes import BOOKKEEPING, PERSONALISED_SEARCH, REPORT_CONTENT

if TYPE_CHECKING:
    from config.demonstration.troupe import Troupe

_TEXTS: Final = Path(__file__).with_name("house.json")
_YEAR: Final = timedelta(days=365)


def close_a_day(troupe: Troupe) -> None:
    """The house is closed on a day that no calendar of a country knows."""
    day = date(timezone.localdate().year + 1, 1, 2)
    holidays.enter(
        country="SG", day=day, name="The house is closed (fictional)", actor=troupe.officer
    )


def name_a_deputy(troupe: Troupe) -> None:
    """The officer goes on leave next month, and the reviewer stands in."""
    leaves = timezone.localdate() + timedelta(days=30)
    deputies.appoint(
        role=OFFICERS,
        absent=troupe.officer.user,
        deputy=troupe.reviewer.user,
        first_on=leaves,
        last_on=leaves + timedelta(days=13),
        actor=troupe.officer,
    )


def let_two_decide(troupe: Troupe) -> None:
    """What a machine decided about somebody is looked at again by two people."""
    handling.change(
        variant="objection_automated_decision",
        handling=Handling.TWO_PEOPLE,
        reason="Fictional: the house agreed that two people look at what a machine decided.",
        actor=troupe.officer,
    )


def describe_security(troupe: Troupe) -> None:
    """What the record of processing says of the measures of security (GDPR Art. 30(1)(g))."""
    says = json.loads(_TEXTS.read_text(encoding="utf-8"))["security"]
    security.describe(says, by=troupe.officer.user)


def have_incidents(troupe: Troupe) -> None:
    """One incident is over; in another the authority is to be told within days."""
    _stray_letter(troupe)
    _lost_laptop(troupe)


def _stray_letter(troupe: Troupe) -> None:
    now, officer = timezone.now(), troupe.officer
    incident = incidents.open_(
        kind=Incident.Kind.MISDELIVERED,
        laws=["SG"],
        discovered_at=now - timedelta(days=9),
        facts="Fictional: an invoice lay in the wrong envelope; a colleague noticed before it was posted.",
        actor=officer,
    )
    harmless = Answers(
        inside=True,
        people=1,
        many=False,
        harm=False,
        risk=Risk.UNLIKELY,
        unreadable=False,
        remedied=True,
    )
    _decide(incident, harmless, "Nobody outside saw it.", troupe=troupe)
    incident_closing.close(
        incident, reason="Envelopes now show the reference in their window.", actor=officer
    )


def _lost_laptop(troupe: Troupe) -> None:
    officer, texts = troupe.officer, json.loads(_TEXTS.read_text(encoding="utf-8"))
    incident = incidents.open_(
        kind=Incident.Kind.LOST,
        laws=["SG", "EU"],
        discovered_at=timezone.now() - timedelta(hours=20),
        facts="Fictional: a laptop with a list of customers was left in a train.",
        actor=officer,
    )
    incidents.note(
        incident,
        text="Its access was taken away and it was locked from afar.",
        actor=officer,
        kind=IncidentEntry.Kind.CONTAINED,
    )
    harmful = Answers(
        inside=False,
        people=3,
        many=False,
        harm=True,
        risk=Risk.HIGH,
        unreadable=False,
        remedied=False,
    )
    _decide(incident, harmful, "Names, addresses and what was ordered.", troupe=troupe)
    listed = "\n".join(one.email for one in troupe.customers[:3])
    affected.add(incident, listed=listed, actor=officer)
    incident_letters.write(incident, said=texts["letter"], actor=officer)


def _decide(incident: Incident, answers: Answers, text: str, *, troupe: Troupe) -> None:
    """Assess it, and decide as the laws propose."""
    incidents.assess(incident, answers=answers, text=text, actor=troupe.officer)
    told = {
        one.law: {"authority": one.authority, "people": one.people}
        for one in incidents.proposals(incident)
    }
    incidents.decide(incident, told=told, reason="", actor=troupe.officer)


def sell_a_branch(troupe: Troupe) -> None:
    """A part of the business is to be sold; somebody has to confirm it before anybody is told."""
    transfers.enter(
        by=troupe.reviewer.user,
        kind=Transfer.Kind.BUSINESS,
        holder="Imaginary Reports Pte. Ltd. (fictional)",
        country="SG",
        contact="privacy@imaginary.example",
        effective_at=timezone.now() + timedelta(days=60),
        bound=False,
        purposes=[PERSONALISED_SEARCH.code, REPORT_CONTENT.code],
        says=json.loads(_TEXTS.read_text(encoding="utf-8"))["sale"],
    )


def approve_a_destination(troupe: Troupe) -> None:
    """People may have their copy sent to another, imaginary service; its name leads nowhere."""
    service = recipients.enter(
        Recipient(
            code="imaginary_orders",
            name="Imaginary Orders Pte. Ltd. (fictional)",
            role="controller",
            country="SG",
        )
    )
    destinations.approve(
        service, address="https://import.imaginary.example/copies", by=troupe.officer.user
    )


def make_anonymous(troupe: Troupe) -> None:
    """Orders were counted by month and product; nobody was found in it, so bookkeeping may have it."""
    by = troupe.officer.user
    entered = anonymous.enter(
        name="Orders by month and product",
        content="How often each product was ordered in each month of last year; fictional.",
        method="Counted; customers, companies and days were left out, and months below five orders merged.",
        by=by,
    )
    rows = [f"{month},{product}" for month in ("spring", "autumn") for product in "AB"]
    anonymous.test(
        entered,
        file="\n".join(["season,product", *rows * 6]).encode(),
        weighed="Nothing outside says who ordered what in which season.",
        review_on=timezone.localdate() + _YEAR,
        by=by,
    )
    anonymous.share(entered, recipient=recipients.get(BOOKKEEPING.code), by=by)


def count_what_is_over(_troupe: Troupe) -> None:
    """Count what is over tonight; a sample with so many old rows makes the run wait for approval."""
    runs.begin(on=due.today())


def export(troupe: Troupe) -> None:
    """The auditor asks for the history, with a sample that anybody can draw again."""
    exporting.ask(actor=troupe.auditor, seed="a fictional seed", sample_size=5)
