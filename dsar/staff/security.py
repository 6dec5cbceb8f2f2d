"""The measures of security in the record of processing: an officer writes them, on the way from the data map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dsar.cases import permissions
from dsar.registers import security
from dsar.staff.forms import long_text
from dsar.staff.reading import demand

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest, HttpResponse


_SAYS = "The record of processing describes how data is protected (GDPR Art. 30(1)(g)). Earlier wordings are kept."


class MeasuresForm(forms.Form):
    """The wording."""

    text = long_text(
        label="Measures of security",
        help_text="In general words, technical and organisational; nobody's personal data. Whoever reads the "
        "record of processing reads this.",
    )


def page(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show the wording that counts, and take a new one."""
    actor = demand(request, permissions.APPROVE)
    there = security.current()
    form = MeasuresForm(
        request.POST if request.method == "POST" else None,
        initial={"text": there.text if there else ""},
    )
    if request.method == "POST" and form.is_valid():
        security.describe(form.cleaned_data["text"], by=actor.user)
        messages.success(request, "Written; the record of processing says it from now on.")
        return redirect(reverse("admin:datamap"))
    context = {
        **site.each_context(request),
        "title": "Measures of security",
        "says": _SAYS,
        "way": [("Data map", reverse("admin:datamap"))],
        "back": reverse("admin:datamap"),
        "step": "Measures of security",
        "form": form,
        "button": "Write",
    }
    return TemplateResponse(request, "admin/dsar/asking.html", context)
