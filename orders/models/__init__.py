"""The tables of commerce: the catalogue, orders and what they carried, reports, searches."""

from __future__ import annotations

from orders.models.catalogue import Product
from orders.models.order import Order, OrderDisclosure, OrderLine, QuotaUse
from orders.models.report import Report, ReportSubject
from orders.models.search import SearchTerm

__all__ = [
    "Order",
    "OrderDisclosure",
    "OrderLine",
    "Product",
    "QuotaUse",
    "Report",
    "ReportSubject",
    "SearchTerm",
]
