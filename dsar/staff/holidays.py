"""Holidays in the admin: what staff know better of a day than the calendar, and the page to enter it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path, reverse

from dsar.cases import holidays, permissions
from dsar.cases.delays import Holiday
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, demand
from dsar.staff.timeforms import HolidayForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class HolidayAdmin(ReadingAdmin[Holiday]):
    """Every entry, the last word first; the number of the last one is the calendar's version."""

    needs = permissions.DECIDE
    list_display = ("day", "country", "part", "free", "name", "entered_at", "id")
    list_filter = ("country", "free")
    ordering = ("-id",)
    change_list_template = "admin/dsar/holiday/list.html"

    def get_urls(self) -> list[Any]:
        """Add the page on which a day is entered."""
        enter = self.admin_site.admin_view(self.enter)
        return [path("enter/", enter, name="dsar_holiday_enter"), *super().get_urls()]

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter a day, and say how many open requests got another date."""
        actor = demand(request, permissions.DECIDE)
        form = HolidayForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            moved = holidays.enter(actor=actor, **form.cleaned_data)
            messages.success(request, f"Entered; {moved} open requests got another date.")
            return redirect(reverse("admin:dsar_holiday_changelist"))
        question = Question(
            title="Enter a day",
            step="Enter a day",
            says=(
                "Every open request whose date moves gets an entry that says so. "
                "An entry is never changed: the last word on a day counts."
            ),
            way=[("Holidays", reverse("admin:dsar_holiday_changelist"))],
            form=form,
            button="Enter",
        )
        return ask(request, question, admin=self)
