"""Factories of the orders app."""

from __future__ import annotations

from decimal import Decimal

import factory

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
from tests.factories import Factory
from tests.factories.accounts import UserFactory


class ProductFactory(Factory):
    """A kind of report."""

    class Meta:
        model = Product

    code = factory.Sequence(lambda number: f"report-{number}")
    name = factory.Sequence(lambda number: f"Report {number}")
    price = Decimal("80.00")


class OrderFactory(Factory):
    """An order of somebody with an account."""

    class Meta:
        model = Order

    number = factory.Sequence(lambda number: f"T-{number:06d}")
    customer = factory.SubFactory(UserFactory)
    contact_name = "Reader O'Fiction"
    contact_email = "reader@example.test"
    note = "Please hurry."
    invoice_party = "Fictional Teas Pte. Ltd."
    net = Decimal("100.00")
    tax = Decimal("9.00")
    total = Decimal("109.00")


class OrderLineFactory(Factory):
    """A product within an order."""

    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    unit_price = Decimal("80.00")


class QuotaUseFactory(Factory):
    """A report called up by the order's customer."""

    class Meta:
        model = QuotaUse

    order = factory.SubFactory(OrderFactory)
    customer = factory.SelfAttribute("order.customer")
    used_for = "Fictional Timber GmbH"


class ReportFactory(Factory):
    """A delivered report."""

    class Meta:
        model = Report

    order = factory.SubFactory(OrderFactory)
    enterprise = "Fictional Timber GmbH"
    delivered_to = "reader@example.test"


class ReportSubjectFactory(Factory):
    """A director named in a report."""

    class Meta:
        model = ReportSubject

    report = factory.SubFactory(ReportFactory)
    name = "Director O'Fiction"
    email = "director@enterprise.example.test"
    role = ReportSubject.Role.DIRECTOR
    source = "Register of companies (fictional)"


class OrderDisclosureFactory(Factory):
    """Data given to the bookkeepers."""

    class Meta:
        model = OrderDisclosure

    order = factory.SubFactory(OrderFactory)
    recipient = "bookkeeping"
    categories = factory.LazyFunction(lambda: ["Name", "Transaction"])
    ground = "Companies Act 1967 s 199"


class SearchTermFactory(Factory):
    """A word somebody searched for."""

    class Meta:
        model = SearchTerm

    customer = factory.SubFactory(UserFactory)
    word = "ownership"
