"""People without account who share one address each receive exactly their orders and reports, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dsar.contract import compiler, reach
from dsar.contract.people import guest
from dsar.engine import discovery
from orders.models import Order, Report, ReportSubject
from tests.factories.accounts import UserFactory
from tests.factories.orders import (
    OrderDisclosureFactory,
    OrderFactory,
    OrderLineFactory,
    ReportFactory,
    ReportSubjectFactory,
)

if TYPE_CHECKING:
    from dsar.contract.people import Guest

pytestmark = pytest.mark.django_db

DESK = "desk@firm.example"
NAMES = ("Ann O'Fiction", "Ben O'Fiction", "Cleo O'Fiction")


@pytest.fixture
def orders() -> dict[str, list[Order]]:
    """Three orders for each of three people at one desk, and an account holder's with the same address."""
    found = {}
    for name in NAMES:
        found[name] = OrderFactory.create_batch(
            3, customer=None, contact_name=name, contact_email=DESK.title()
        )
        for order in found[name]:
            for position in (1, 2):
                OrderLineFactory(order=order, position=position)
            OrderDisclosureFactory(order=order)
            report = ReportFactory(order=order, delivered_to=DESK, summary=name)
            ReportSubjectFactory(report=report, name=f"Director named for {name}")
    OrderFactory.create_batch(3, contact_name=NAMES[0], contact_email=DESK)
    return found


def keys(model: type[Any], label: str, person: Guest) -> set[Any]:
    sql, params = compiler.condition(reach.get(person, label)).bind(person)
    found = model.objects.extra(where=[sql], params=params)  # noqa: S610 - compiled here.
    return set(found.values_list("pk", flat=True))


@pytest.mark.parametrize("name", NAMES)
def test_each_of_three_at_one_address_receives_exactly_their_orders_and_reports(
    orders: dict[str, list[Order]], name: str
):
    person = guest((DESK,), names=(name,))
    mine = {order.pk for order in orders[name]}
    assert keys(Order, "orders.Order", person) == mine
    reports = set(Report.objects.filter(order__in=mine).values_list("pk", flat=True))
    assert keys(Report, "orders.Report", person) == reports
    held = {label: rows for label, rows in discovery.discover(person).items() if rows}
    assert held == {
        "orders.Order": 3,
        "orders.OrderLine": 6,
        "orders.OrderDisclosure": 3,
        "orders.Report": 3,
        "orders.ReportSubject:buyer": 3,
    }


def test_orders_of_an_account_at_the_address_stay_its_own(orders: dict[str, list[Order]]):
    assert Order.objects.filter(contact_email__iexact=DESK, customer__isnull=False).count() == 3
    for name in NAMES:
        found = keys(Order, "orders.Order", guest((DESK,), names=(name,), unnamed=True))
        assert not Order.objects.filter(pk__in=found, customer__isnull=False).exists()


def test_somebody_named_in_a_report_receives_what_it_says_about_them():
    about = ReportSubjectFactory.create_batch(3, name="Dan O'Fiction", email="board@firm.example")
    ReportSubjectFactory.create_batch(3, name="Eve O'Fiction", email="board@firm.example")
    person = guest(("Board@Firm.example",), names=("dan  o'fiction",))
    assert keys(ReportSubject, "orders.ReportSubject", person) == {one.pk for one in about}


def test_what_a_report_says_about_an_account_holder_is_reached_by_the_account_only():
    holder = UserFactory(email="director@firm.example")
    ReportSubjectFactory(name="Fay O'Fiction", email=holder.email)
    person = guest((holder.email,), names=("Fay O'Fiction",), unnamed=True)
    assert keys(ReportSubject, "orders.ReportSubject", person) == set()
    assert discovery.discover(holder.pk)["orders.ReportSubject"] == 1
