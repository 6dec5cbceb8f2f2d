"""Orders add up, stay in the books, and are never cut from their customer by the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from orders.models import Order
from tests.factories import orders as made

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "wrong"),
    [
        (made.OrderFactory, {"total": Decimal("110.00")}),
        (made.OrderFactory, {"net": Decimal(-100), "tax": Decimal(0), "total": Decimal(-100)}),
        (made.OrderFactory, {"status": "lost"}),
        (made.OrderFactory, {"currency": "sgd"}),
        (made.ProductFactory, {"price": Decimal(-1)}),
        (made.OrderLineFactory, {"quantity": 0}),
        (made.OrderLineFactory, {"unit_price": Decimal(-1)}),
        (made.QuotaUseFactory, {"units": 0}),
        (made.ReportSubjectFactory, {"role": "friend"}),
        (made.ReportSubjectFactory, {"ownership_percent": Decimal("100.01")}),
        (made.ReportSubjectFactory, {"risk_score": 101}),
    ],
)
def test_the_database_refuses_what_the_model_rules_out(factory: Any, wrong: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**wrong)


@pytest.mark.parametrize("unique", ["number", "link_code"])
def test_what_identifies_an_order_is_unique(unique: str):
    first = made.OrderFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.OrderFactory(**{unique: getattr(first, unique)})


def test_a_position_stands_once_in_an_order_and_a_word_once_with_a_customer():
    line, term = made.OrderLineFactory(), made.SearchTermFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.OrderLineFactory(order=line.order)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.SearchTermFactory(customer=term.customer)


def test_a_guest_orders_without_an_account():
    made.OrderFactory()
    guest = made.OrderFactory(customer=None)
    assert list(Order.objects.of_guests()) == [guest]


def test_a_customer_with_orders_is_not_deleted_by_the_way():
    order = made.OrderFactory()
    with pytest.raises(ProtectedError):
        order.customer.delete()


def test_link_codes_cannot_be_guessed_from_each_other():
    one, two = made.OrderFactory(), made.OrderFactory()
    assert one.link_code != two.link_code
    assert min(len(one.link_code), len(two.link_code)) >= 40


@pytest.mark.parametrize(
    "factory",
    [
        made.OrderFactory,
        made.OrderLineFactory,
        made.QuotaUseFactory,
        made.ReportFactory,
        made.ReportSubjectFactory,
        made.OrderDisclosureFactory,
        made.SearchTermFactory,
    ],
)
def test_what_a_row_is_called_in_a_log_names_nobody(factory: Any):
    row = factory()
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and value and field.name != "number":
            assert value not in str(row)
