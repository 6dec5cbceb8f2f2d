"""How requests went, by right and law, for a period: as pictures, as a table, and as a file to take away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from dsar.audit import metrics
from dsar.audit.members import csv_line
from dsar.cases import permissions
from dsar.staff import charts
from dsar.staff.reading import has_any

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest

    from dsar.audit.metrics import Figures

NEEDS = (permissions.AUDIT, permissions.DECIDE)
"""Either opens it: it counts, and says nothing about anybody."""
_YEAR = timedelta(days=365)


class PeriodForm(forms.Form):
    """The days of receipt that are counted."""

    first_day = forms.DateField(widget=AdminDateWidget)
    last_day = forms.DateField(widget=AdminDateWidget)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", "This lies before the first day.")
        return said


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """The year until today, or the period that is asked for; `?as=csv` is the file."""
    if not has_any(request.user, NEEDS):
        raise PermissionDenied
    today = timezone.localdate()
    first, last = today - _YEAR, today
    form = PeriodForm(
        request.GET if "first_day" in request.GET else None, initial=_days(first, last)
    )
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first_day"], form.cleaned_data["last_day"]
    counted = metrics.of(first, last)
    if request.GET.get("as") == "csv":
        return _file(counted, first, last)
    context = {
        **site.each_context(request),
        "title": "Figures",
        "subtitle": None,
        "form": form,
        "media": form.media,
        "first": first,
        "last": last,
        "figures": counted,
        "charts": _charts(counted) if counted else [],
    }
    return TemplateResponse(request, "admin/dsar/metrics.html", context)


def _days(first: date, last: date) -> dict[str, Any]:
    return {"first_day": first, "last_day": last}


def _file(counted: list[Figures], first: date, last: date) -> HttpResponse:
    lines = [csv_line(metrics.NAMES), *(csv_line(metrics.cells(one)) for one in counted)]
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    name = f"figures-{first.isoformat()}-{last.isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _charts(counted: list[Figures]) -> list[charts.Chart]:
    named = [(f"{one.right.replace('_', ' ')}, {one.regime}", one) for one in counted]
    return [
        charts.lines(
            name="received",
            title="Requests received",
            heads=("Right and law", "Received"),
            rows=[(name, one.received) for name, one in named],
        ),
        charts.lines(
            name="on-time",
            title="Answered on time, in per cent",
            heads=("Right and law", "Per cent"),
            rows=[(name, round(one.on_time)) for name, one in named if one.on_time is not None],
        ),
    ]
