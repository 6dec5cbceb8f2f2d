"""Exports for audit in the admin: asked for, followed while they are written, fetched, and sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from dsar.audit import exporting
from dsar.audit.models import Export
from dsar.cases import permissions
from dsar.cases.enquiry_models import Enquiry
from dsar.cases.models import Request
from dsar.ledger import signing
from dsar.packages import serving, vault
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, demand, page_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_OPEN = frozenset({Export.State.WAITING, Export.State.WRITING})
_LOOK_AGAIN_SECONDS = 3


class ExportForm(forms.Form):
    """Which part of the history, and the auditor's own seed for a sample."""

    by = forms.ChoiceField(
        choices=Export.By.choices,
        widget=forms.RadioSelect,
        initial=Export.By.RECEIVED,
        label="Requests are chosen by",
    )
    first_day = forms.DateField(
        widget=AdminDateWidget, required=False, help_text="Included. Empty: from the beginning."
    )
    last_day = forms.DateField(
        widget=AdminDateWidget, required=False, help_text="Included. Empty: until now."
    )
    sample_size = forms.IntegerField(
        min_value=0,
        max_value=exporting.MOST_SAMPLE,
        initial=0,
        label="Requests in the sample",
        help_text="Nought: no sample.",
    )
    seed = forms.RegexField(
        r"^[A-Za-z0-9_.:/+-]*$",
        max_length=64,
        required=False,
        help_text="Yours, chosen before you see the population. The same seed draws the same sample.",
        error_messages={"invalid": "Use letters, digits and - _ . : / + only."},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and a sample without seed."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", "This lies before the first day.")
        if said.get("sample_size") and not said.get("seed"):
            self.add_error("seed", "A sample needs a seed: choose any word or number.")
        return said


class ExportAdmin(ReadingAdmin[Export]):
    """Every export, the newest first."""

    needs = permissions.AUDIT
    list_display = ("asked_at", "asker", "what", "first_day", "last_day", "state", "rows")
    list_filter = ("state",)
    list_select_related = ("asked_by",)
    ordering = ("-asked_at",)
    change_list_template = "admin/dsar/export/list.html"
    change_form_template = "admin/dsar/export/page.html"
    fields = ("asked_at", "asker", "by", "first_day", "last_day", "seed", "sample_size")
    readonly_fields = fields

    @admin.display(description="Asked by", ordering="asked_by")
    def asker(self, export: Export) -> str:
        """By name: auditors may not open the account that a link would lead to."""
        return export.asked_by.get_username() if export.asked_by else "an account that is gone"

    @admin.display(description="what")
    def what(self, export: Export) -> str:
        """Of what it is."""
        return "Evidence of one request" if export.request_reference else "History"

    def get_urls(self) -> list[Any]:
        """Add asking, fetching, and the evidence of one request."""
        view = self.admin_site.admin_view
        return [
            path("ask/", view(self.ask), name="dsar_export_ask"),
            path(
                "evidence/<uuid:request_pk>/",
                view(require_POST(self.evidence)),
                name="dsar_export_evidence",
            ),
            path("<uuid:pk>/fetch/", view(require_safe(self.fetch)), name="dsar_export_fetch"),
            *super().get_urls(),
        ]

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask for the history of a period."""
        actor = demand(request, permissions.AUDIT)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return redirect(page_of(exporting.ask(actor=actor, **form.cleaned_data)))
        question = Question(
            title="Export the history for audit",
            step="Ask for an export",
            says=(
                "A worker writes it; you see how far it is. Nobody is named in it: cases stand there by reference. "
                "It holds every request in the period, spam and enquiries included, with what it takes to check it "
                "without us. That you took it, and its digest, stand in the ledger."
            ),
            way=[("Exports", reverse("admin:dsar_export_changelist"))],
            form=form,
            button="Export",
        )
        return ask(request, question, admin=self)

    def evidence(self, request: HttpRequest, request_pk: UUID) -> HttpResponse:
        """Ask for what proves how one request went."""
        actor = demand(request, permissions.AUDIT)
        if not Enquiry.objects.filter(pk=request_pk).exists():
            get_object_or_404(Request, pk=request_pk)
        return redirect(page_of(exporting.ask(actor=actor, request=request_pk)))

    def fetch(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """Hand the archive out; the ledger notes who began and who has all of it."""
        demand(request, permissions.AUDIT)
        export = get_object_or_404(Export, pk=pk)
        package = exporting.package(export)
        if package is None:
            raise Http404
        try:
            return serving.response(request, package, by=request.user)
        except vault.PackageDamagedError:
            messages.error(request, "The stored archive is damaged. Ask for the export again.")
            return redirect(page_of(export))

    def shown(self, request: HttpRequest, export: Export) -> dict[str, Any]:
        """How far it is, and once it is ready what it holds and how to check it."""
        package = exporting.package(export)
        return {
            "export": export,
            "is_open": export.state in _OPEN,
            "is_failed": export.state == Export.State.FAILED,
            "given_up": export.attempts >= exporting.MOST_ATTEMPTS,
            "package": package,
            "keys": [str(one) for one in signing.verifiers()] if package else [],
        }

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """Have the browser look again while it is being written."""
        answer = super().render_change_form(request, context, *args, **options)
        if context["is_open"]:
            answer["Refresh"] = str(_LOOK_AGAIN_SECONDS)
        return answer
