"""The administration of commerce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

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

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """The catalogue."""

    list_display = ("code", "name", "price", "quota", "active")
    list_filter = ("active",)
    search_fields = ("code", "name")


class OrderLineInline(admin.TabularInline[OrderLine, Order]):
    """What was bought."""

    model = OrderLine
    extra = 0


class OrderDisclosureInline(admin.TabularInline[OrderDisclosure, Order]):
    """Whom the order's data was given to."""

    model = OrderDisclosure
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin[Order]):
    """Orders; they stay in the books, so nobody deletes one here."""

    inlines = (OrderLineInline, OrderDisclosureInline)
    list_display = ("number", "placed_at", "contact_name", "invoice_party", "status", "total")
    list_filter = ("status",)
    raw_id_fields = ("customer",)
    readonly_fields = ("number", "placed_at")
    search_fields = ("number__exact", "contact_email__exact")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Refuse, to everybody."""
        return False


@admin.register(QuotaUse)
class QuotaUseAdmin(admin.ModelAdmin[QuotaUse]):
    """What was used of what was bought."""

    list_display = ("pk", "order", "units", "used_at")
    list_select_related = ("order",)
    raw_id_fields = ("customer", "order")
    search_fields = ("order__number__exact",)
    show_full_result_count = False
    ordering = ("-pk",)


class ReportSubjectInline(admin.StackedInline[ReportSubject, Report]):
    """The people named."""

    model = ReportSubject
    extra = 0


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin[Report]):
    """Delivered reports."""

    inlines = (ReportSubjectInline,)
    list_display = ("pk", "enterprise", "order", "delivered_at")
    list_select_related = ("order",)
    raw_id_fields = ("order",)
    search_fields = ("order__number__exact",)
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(SearchTerm)
class SearchTermAdmin(admin.ModelAdmin[SearchTerm]):
    """What orders the results of a customer's next search."""

    list_display = ("pk", "customer", "times", "last_at")
    list_select_related = ("customer",)
    raw_id_fields = ("customer",)
    show_full_result_count = False
    ordering = ("-pk",)
