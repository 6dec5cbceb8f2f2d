"""The books of the sample company: what an order leaves in them, and the two limits until which it stays (R88)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from dsar.contract import registry
from dsar.duties.retention import due
from orders.models import Order, OrderLine
from tests.factories.orders import OrderFactory, OrderLineFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case, Request
    from tests.testapp.factories import Cast


@pytest.mark.parametrize("year", [2023, 2024])
@pytest.mark.parametrize("day", [(1, 1), (2, 28), (6, 30), (12, 31)])
def test_an_order_stays_until_both_limits_of_the_books_are_over(
    cast: Cast, year: int, day: tuple[int, int]
) -> None:
    """Five years from the end of the financial year; the fourth year after that of assessment, which is the next."""
    at = datetime(year, *day, 12, tzinfo=timezone.get_default_timezone())
    order = OrderFactory(customer=cast.alice.user, placed_at=at)
    line = OrderLineFactory(order=order)
    financial_year_end, year_of_assessment = date(year, 12, 31), year + 1
    limit = max(financial_year_end.replace(year=year + 5), date(year_of_assessment + 4, 12, 31))
    for row, model in ((order, Order), (line, OrderLine)):
        (declared,) = registry.current().of(model)
        for on, is_over in ((limit - timedelta(days=1), False), (limit, True)):
            found = model.objects.filter(due.began(declared, of=due.Day(on=on, addresses=())))
            assert found.filter(pk=row.pk).exists() is is_over


def test_a_deleted_buyers_order_keeps_what_the_books_need_and_nothing_else(
    cast: Cast, ask: Callable[..., Case], answered: Callable[[Case], Request]
) -> None:
    order = OrderFactory(
        customer=cast.alice.user,
        contact_name=cast.alice.canary("name"),
        contact_email=cast.alice.email,
        contact_phone="+65 6123 4567",
        note=cast.alice.canary("note"),
        ip="192.0.2.77",
        invoice_party=cast.alice.canary("invoice"),
    )
    line = OrderLineFactory(order=order)
    bobs = OrderFactory(customer=cast.bob.user, note=cast.bob.canary("note"))
    answered(ask(cast.alice, "deletion"))
    left = Order.objects.get(pk=order.pk)
    booked = ("number", "placed_at", "status", "currency", "net", "tax", "total", "invoice_party")
    assert [getattr(left, one) for one in booked] == [getattr(order, one) for one in booked]
    gone = ("contact_name", "contact_email", "contact_phone", "note")
    assert [getattr(left, one) for one in gone] == ["", "", "", ""]
    assert (left.customer_id, left.ip) == (None, None)
    kept = OrderLine.objects.get(pk=line.pk)
    assert (kept.product_id, kept.quantity, kept.unit_price) == (
        line.product_id,
        line.quantity,
        line.unit_price,
    )
    assert Order.objects.get(pk=bobs.pk).note == bobs.note
