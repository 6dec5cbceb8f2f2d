"""The registers in the admin: to be read, and holds to be reviewed and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.law import do_not_call
from dsar.registers import holds
from dsar.registers.models import Consent, Disclosure, Hold, NumberCheck, Objection
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, demand, page_of
from dsar.staff.restrictions import KeepForm

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class ConsentAdmin(ReadingAdmin[Consent]):
    """Who consents to what."""

    list_display = ("subject_id", "purpose", "given_at", "withdrawn_at")
    list_filter = ("purpose",)
    list_select_related = ("purpose",)
    ordering = ("-id",)


class ObjectionAdmin(ReadingAdmin[Objection]):
    """Who objects to what."""

    list_display = ("subject_id", "purpose", "channel", "objected_at", "lifted_at")
    list_filter = ("purpose",)
    list_select_related = ("purpose",)
    ordering = ("-id",)


class NumberCheckAdmin(ReadingAdmin[NumberCheck]):
    """When the Do Not Call Register was asked about a number, of which only the HMAC is kept, and what it said."""

    list_display = ("id", "checked_on", "listed", "stands_until")
    list_filter = ("listed",)
    fields = ("checked_on", "listed")
    ordering = ("-id",)

    @admin.display(description="Stands until")
    def stands_until(self, check: NumberCheck) -> date:
        """The last day on which a message may rest on it."""
        return do_not_call.stands_until(check.checked_on)


class DisclosureAdmin(ReadingAdmin[Disclosure]):
    """What was told to whom."""

    needs = permissions.DECIDE
    list_display = (
        "subject_id",
        "recipient",
        "purpose",
        "disclosed_at",
        "more_than_allowed",
        "secret",
    )
    list_filter = ("recipient_code", "secret")
    list_select_related = ("purpose",)
    ordering = ("-id",)

    @admin.display(description="More than allowed")
    def more_than_allowed(self, disclosure: Disclosure) -> str:
        """The categories that the recipient is not to get."""
        return ", ".join(one.replace("_", " ") for one in disclosure.beyond) or "-"


class HoldAdmin(ReadingAdmin[Hold]):
    """Reasons for which data must stay; they are placed from a case's page."""

    needs = permissions.DECIDE
    list_display = (
        "subject_id",
        "covers",
        "ground",
        "law",
        "placed_at",
        "reviewed_at",
        "review_on",
        "released_at",
    )
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    ordering = ("review_on",)
    change_form_template = "admin/dsar/hold/page.html"

    def get_urls(self) -> list[Any]:
        """Add the review and the release."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/keep/", view(self.keep), name="dsar_hold_keep"),
            path("<uuid:pk>/release/", view(require_POST(self.release)), name="dsar_hold_release"),
            *super().get_urls(),
        ]

    def keep(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Say that it was reviewed and stays."""
        demand(request, permissions.DECIDE)
        hold = get_object_or_404(Hold, pk=pk)
        form = KeepForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            if holds.reviewed(hold, by=request.user, **form.cleaned_data):  # type: ignore[arg-type]  # staff are logged in
                messages.success(request, "It stays; it is listed again on that day.")
            else:
                messages.warning(request, "The hold had been released before.")
            return redirect(page_of(hold))
        question = Question(
            title="Keep it",
            step="Keep it",
            says="You looked at it, and its ground still holds. This is recorded with your name and today's date.",
            way=[("Holds", reverse("admin:dsar_hold_changelist")), (str(hold), page_of(hold))],
            form=form,
            button="Keep it",
        )
        return ask(request, question, admin=self)

    def release(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """End a hold."""
        demand(request, permissions.DECIDE)
        hold = get_object_or_404(Hold, pk=pk)
        if holds.release(hold, by=request.user):  # type: ignore[arg-type]  # staff are logged in
            messages.success(request, "The hold is released; deletions may go on.")
        else:
            messages.warning(request, "The hold had been released before.")
        return redirect(page_of(hold))
