"""What the registers say about single customers: what they chose, what was told to whom, what they asked; invented."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from accounts.purposes import MARKETING_EMAIL
from dsar.cases import complaints, enquiries
from dsar.cases.actors import Actor, ActorKind
from dsar.cases.asked import Asked
from dsar.cases.claims import Said
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case
from dsar.cases.states import Right
from dsar.declarations import Category
from dsar.engine import reception
from dsar.registers import (
    consents,
    disclosures,
    disputes,
    exemptions,
    holds,
    number_checks,
    objections,
    restrictions,
    sources,
    suppression,
)
from dsar.registers.annotation_models import Annotation
from dsar.registers.exemptions import Exempted
from dsar.registers.models import Restriction
from dsar.registers.number_checks import Answer
from dsar.registers.source_models import SourceNotice
from orders.models import Order
from orders.purposes import ACCOUNTING, BOOKKEEPING, PERSONALISED_SEARCH, TAX_AUTHORITY

if TYPE_CHECKING:
    from config.demonstration.troupe import Troupe

_OUTSIDE: Final = Actor(kind=ActorKind.REQUESTER)
_REVIEW: Final = timedelta(days=90)
_LONG_AGO: Final = timedelta(days=365)


def consent(troupe: Troupe) -> None:
    """Some said yes to mail with offers, and one of them took it back."""
    for customer in troupe.customers[:4]:
        consents.give(
            customer, MARKETING_EMAIL, wording="Yes, send me news and offers.", language="en"
        )
    consents.withdraw(troupe.customers[3], MARKETING_EMAIL)


def object_(troupe: Troupe) -> None:
    """One objects to a use, one to advertising as a whole."""
    objections.object_to(troupe.customers[4], PERSONALISED_SEARCH)
    objections.object_to_marketing(troupe.customers[5])


def suppress(_troupe: Troupe) -> None:
    """Somebody who has no account any more wants no mail."""
    suppression.add("noa.longerhere@example.test")


def check_numbers(_troupe: Troupe) -> None:
    """The Do Not Call Register was asked about two numbers, and lists one."""
    today = timezone.localdate()
    number_checks.note(
        [
            Answer(number="+65 6000 0001", asked_on=today, listed=False),
            Answer(number="+65 6000 0002", asked_on=today, listed=True),
        ]
    )


def restrict(troupe: Troupe) -> None:
    """One use waits until it is settled who is right."""
    ground = Restriction.Ground.ACCURACY_CONTESTED
    restrictions.restrict(troupe.customers[6], PERSONALISED_SEARCH, ground=ground)


def hold(troupe: Troupe) -> None:
    """One customer's data is kept for a dispute, another's for an inspection."""
    grounds = {
        "Fictional: an unpaid invoice is before the Small Claims Tribunals": "GDPR Art. 17(3)(e)",
        "Fictional: the tax office inspects the books of last year": "Income Tax Act 1947 s 67",
    }
    for customer, (ground, law) in zip(troupe.customers, grounds.items(), strict=False):
        holds.place(
            customer,
            ground=ground,
            law=law,
            review_on=timezone.localdate() + _REVIEW,
            by=troupe.officer.user,
            hidden=False,
        )


def disclose(troupe: Troupe) -> None:
    """Bookkeeping got invoices; an authority asked for one customer and wants it kept quiet."""
    for customer in troupe.customers[:3]:
        disclosures.record(
            customer,
            recipient=BOOKKEEPING,
            purpose=ACCOUNTING,
            categories=[Category.NAME, Category.TRANSACTION],
            basis="Companies Act 1967 s 199",
        )
    disclosures.record(
        troupe.customers[7],
        recipient=TAX_AUTHORITY,
        purpose=ACCOUNTING,
        categories=[Category.NAME, Category.TRANSACTION],
        basis="Income Tax Act 1947 s 65B",
        document="Fictional notice 7 of the tax office",
        secret=True,
        exempted=Exempted(
            code="justice",
            reason="Fictional: an investigation that the customer must not learn of.",
            by=troupe.officer.user,
        ),
    )


def use_exempted(troupe: Troupe) -> None:
    """Data was used without authorisation once, because somebody's property was in danger."""
    exemptions.use(
        troupe.customers[2],
        PERSONALISED_SEARCH,
        code="vital_interest",
        reason="Fictional: a thief was searching with the account, and its holder could not be reached.",
        by=troupe.officer.user,
    )


def annotate(troupe: Troupe) -> None:
    """A customer disputes what an invoice says, which the books have to keep."""
    customer = troupe.customers[1]
    order = Order.objects.filter(customer=customer).order_by("pk")[0]
    place = disputes.Place(declaration="orders.Order", row=str(order.pk), field="invoice_party")
    noted = disputes.note(
        place,
        whose=disputes.Whose(subject=customer.pk),
        kind=Annotation.Kind.REFUSED,
        wanted="Fictional Trading Pte. Ltd.",
    )
    disputes.state(noted, "I ordered for my company, not for myself.")


def tell_of_sources(troupe: Troupe) -> None:
    """Whoever has long stood in a report was told or cannot be reached; of the newer ones nothing is noted yet."""
    until = timezone.localdate() - _LONG_AGO
    for kind in sources.kinds():
        waiting = sources.unsaid(kind).filter(**{f"{kind.born}__date__lte": until})
        told = list(waiting.order_by("pk").values_list("own_key", flat=True)[:5])
        sources.note(kind, by=troupe.officer.user, rows=told, told_on=timezone.localdate())
        sources.note(
            kind,
            by=troupe.officer.user,
            until=until,
            exception=SourceNotice.Exempt.EFFORT,
            reason="Fictional: the register gives no address; the privacy policy says where the data comes from.",
        )


def enquire(troupe: Troupe) -> None:
    """One question is answered, another waits."""
    answered = _asked(Enquiry.Kind.QUESTION, "Where do your servers stand?", by="quin.curious")
    enquiries.answer(
        answered, text="In Singapore. The privacy policy says more.", actor=troupe.reviewer
    )
    said = "Your privacy policy does not say who prints your letters."
    _asked(Enquiry.Kind.DISCLOSURE_ERROR, said, by="rae.reader")


def _asked(kind: Enquiry.Kind, text: str, *, by: str) -> Enquiry:
    return enquiries.file(
        kind=kind,
        text=text,
        contact=f"{by}@example.test",
        actor=_OUTSIDE,
        channel=Case.Channel.PORTAL,
        language="en",
    )


def complain(troupe: Troupe) -> None:
    """Somebody complains by letter, and the reviewer looks at it."""
    filed = complaints.file_alone(
        subject_id=None,
        contact="pat.displeased@example.test",
        text="I asked by telephone in spring and nobody called back. (Fictional.)",
        actor=troupe.reviewer,
        channel=Case.Channel.POST,
        language="en",
    )
    complaints.take(filed, actor=troupe.reviewer)


def report_a_minor(troupe: Troupe) -> None:
    """A parent reports an account; nothing happens to it before staff looked."""
    reported = troupe.customers[0]
    said = Said(
        name="Gail Guardian",
        address="gail.guardian@example.test",
        relation=Claim.Relation.GUARDIAN,
        for_name="Kit Nobody",
        for_address=reported.email,
        text="My child is fourteen and opened this account without my knowledge. (Fictional.)",
        affirmed="I may give you the data of the person I ask for.",
    )
    reception.file_openly(
        said,
        asked=[Asked(right=Right.DELETION)],
        actor=_OUTSIDE,
        channel=Case.Channel.PORTAL,
        language="en",
    )
