"""What orders holds about people: buyers, and those who are named in the reports they bought."""

from __future__ import annotations

from django.conf import settings

from dsar.declarations import (
    Category,
    DisclosedTo,
    Erase,
    Held,
    Linked,
    NotPersonal,
    Origin,
    PersonalData,
    Retain,
    Retention,
    Row,
    Secret,
    Surrogate,
    Whose,
)
from dsar.registry import declare, holds_nothing
from orders import purposes
from orders.models import (
    Order,
    OrderDisclosure,
    OrderLine,
    Product,
    QuotaUse,
    Report,
    ReportSubject,
    SearchTerm,
)

_BOOKS = "Companies Act 1967 s 199(2)"
_POLICY = "Privacy policy 4.1(2)"
_KEY = NotPersonal(because="A technical key of our database.")
_OF_ORDER = NotPersonal(because="A technical reference to the order.")
_BOOKED = Retain(law=_BOOKS, category=Category.TRANSACTION, origin=Origin.OBSERVED)

holds_nothing(Product, because="The catalogue: name is what a product is called.")


@declare(Order)
class OrderData(PersonalData):
    """Your orders: what they were about, whom we wrote to, what they cost."""

    subject = "customer"
    identifiers = ("contact_email",)
    told_apart_by = ("contact_name",)
    facts = {"order_number": "number", "order_total": "total", "phone": "contact_phone"}
    purpose = purposes.ORDER_FULFILMENT
    retention = Retention(
        after="placed_at", from_end_of="financial_year", years=5, law=_BOOKS, then=Row.DELETED
    )
    row = Row.OVERWRITTEN
    born = "placed_at"
    fields = {
        "id": _KEY,
        "customer": Erase(to=None, category=Category.UID, origin=Origin.DERIVED),
        "contact_name": Erase(to="", category=Category.NAME, correctable=True),
        "contact_email": Erase(to="", category=Category.EMAIL_ADDRESS, correctable=True),
        "contact_phone": Erase(to="", category=Category.TELEPHONE_NUMBER, correctable=True),
        "ip": Erase(to=None, category=Category.IP_ADDRESS, origin=Origin.OBSERVED),
        "link_code": Secret(
            category=Category.AUTHENTICATION,
            origin=Origin.DERIVED,
            to=Surrogate(prefix="erased-"),
        ),
        "note": Erase(to="", category=Category.COMMUNICATION, correctable=True),
        "invoice_party": Retain(law=_BOOKS, category=Category.NAME, correctable=True),
        (
            "number",
            "placed_at",
            "buyer_is_organisation",
            "status",
            "currency",
            "net",
            "tax",
            "total",
        ): _BOOKED,
    }


@declare(OrderLine)
class OrderLineData(PersonalData):
    """The products of your orders, as they stand in our books."""

    subject = "order__customer"
    identifiers, told_apart_by = ("order__contact_email",), ("order__contact_name",)
    purpose = purposes.ACCOUNTING
    retention = Retention(
        after="order__placed_at", from_end_of="financial_year", years=5, law=_BOOKS
    )
    row = Row.RETAINED
    fields = {
        "id": _KEY,
        "order": _OF_ORDER,
        ("position", "product", "quantity", "unit_price"): Retain(
            law=_BOOKS, category=Category.PURCHASE
        ),
    }


@declare(QuotaUse)
class QuotaUseData(PersonalData):
    """When you used up the quota you had bought, and for which enterprise."""

    subject = "customer"
    purpose = purposes.ORDER_FULFILMENT
    retention = Retention(after="used_at", years=2, law=_POLICY)
    born = "used_at"
    fields = {
        "id": _KEY,
        "order": _OF_ORDER,
        "customer": Held(category=Category.UID, origin=Origin.DERIVED),
        ("units", "used_for", "used_at"): Held(
            category=Category.SERVICE_CONSUMPTION, origin=Origin.OBSERVED
        ),
    }


@declare(Report)
class ReportData(PersonalData):
    """Reports that we delivered to you."""

    subject = "order__customer"
    identifiers, told_apart_by = ("delivered_to",), ("order__contact_name",)
    purpose = purposes.ORDER_FULFILMENT
    retention = Retention(after="delivered_at", from_end_of="financial_year", years=5, law=_BOOKS)
    row = Row.OVERWRITTEN
    born = "delivered_at"
    fields = {
        "id": _KEY,
        "order": _OF_ORDER,
        "delivered_to": Erase(to="", category=Category.EMAIL_ADDRESS, correctable=True),
        "delivered_at": Retain(law=_BOOKS, category=Category.PURCHASE, origin=Origin.OBSERVED),
        ("enterprise", "registration_number", "summary"): NotPersonal(
            because="About an enterprise; the people behind it stand in rows of their own."
        ),
    }


@declare(ReportSubject)
class NamedInReportData(PersonalData):
    """What reports on enterprises say about you."""

    # An account's address was confirmed by its owner, so whoever has it is the person meant.
    subject = Linked(via=settings.AUTH_USER_MODEL, key="email", to="pk", on="email")
    identifiers, told_apart_by = ("email",), ("name",)
    facts = {"enterprise": "report__enterprise", "role": "role"}
    purpose = purposes.REPORT_CONTENT
    retention = Retention(after="noted_at", years=5, law=_POLICY)
    born = "noted_at"
    disclosed_to = DisclosedTo(
        recipient=purposes.REPORT_BUYERS,
        name="report__order__invoice_party",
        is_organisation="report__order__buyer_is_organisation",
        at="report__delivered_at",
        unless={"report__order__status": Order.Status.CANCELLED.value},
    )
    fields = {
        "id": _KEY,
        "report": NotPersonal(because="A technical reference to the report."),
        "name": Held(
            category=Category.NAME,
            origin=Origin.OTHER_SOURCE,
            source="Company registers",
            correctable=True,
        ),
        "email": Held(
            category=Category.EMAIL_ADDRESS,
            origin=Origin.OTHER_SOURCE,
            source="Company registers",
            correctable=True,
        ),
        "role": Held(category=Category.JOB, origin=Origin.OTHER_SOURCE, source="Company registers"),
        "nationality": Held(
            category=Category.NATIONALITY,
            origin=Origin.OTHER_SOURCE,
            source="Company registers",
            correctable=True,
        ),
        "ownership_percent": Held(
            category=Category.OWNERSHIP,
            origin=Origin.OTHER_SOURCE,
            source="Company registers",
            correctable=True,
        ),
        "risk_score": Held(category=Category.CREDIT_SCORE, origin=Origin.DERIVED),
        "source": Held(category=Category.PROFESSIONAL, origin=Origin.DERIVED),
        "noted_at": Held(category=Category.PROFESSIONAL, origin=Origin.OBSERVED),
    }


@declare(ReportSubject, role="buyer")
class BoughtReportSubjectData(PersonalData):
    """People named in the reports that you bought: their data, not yours."""

    subject = "report__order__customer"
    identifiers = ("report__order__contact_email",)
    told_apart_by = ("report__order__contact_name",)
    purpose = purposes.REPORT_CONTENT
    retention = Retention(after="noted_at", years=5, law=_POLICY)
    row = Row.RETAINED
    born = "noted_at"
    fields = {
        "id": _KEY,
        "report": NotPersonal(because="A technical reference to the report."),
        (
            "name",
            "email",
            "role",
            "nationality",
            "ownership_percent",
            "risk_score",
            "source",
            "noted_at",
        ): Held(
            category=Category.PROFESSIONAL,
            origin=Origin.OTHER_SOURCE,
            source="Company registers",
            whose=Whose.SOMEBODY_ELSE,
        ),
    }


@declare(OrderDisclosure)
class OrderDisclosureData(PersonalData):
    """Whom we gave data of your orders to, when and why."""

    subject = "order__customer"
    identifiers, told_apart_by = ("order__contact_email",), ("order__contact_name",)
    purpose = purposes.ORDER_FULFILMENT
    retention = Retention(after="disclosed_at", years=2, law=_POLICY)
    born = "disclosed_at"
    concealed = {"secret": True}
    fields = {
        "id": _KEY,
        "order": _OF_ORDER,
        ("recipient", "categories", "ground", "disclosed_at"): Held(
            category=Category.PRIVACY_PREFERENCE, origin=Origin.DERIVED
        ),
        "secret": NotPersonal(
            because="Marks rows that are told to nobody; no row that is told has it."
        ),
    }


@declare(SearchTerm)
class SearchTermData(PersonalData):
    """Words you searched for, and how often."""

    subject = "customer"
    purpose = purposes.PERSONALISED_SEARCH
    retention = Retention(after="last_at", months=12, law=_POLICY)
    born = "last_at"
    fields = {
        "id": _KEY,
        "customer": Held(category=Category.UID, origin=Origin.DERIVED),
        ("word", "times", "last_at"): Held(
            category=Category.BROWSING_BEHAVIOUR, origin=Origin.OBSERVED
        ),
    }
