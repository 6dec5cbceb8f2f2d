"""Services that take copies, in the admin: approved and withdrawn by a data protection officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.dispatch.posting import RefusedAddressError
from dsar.registers import destinations
from dsar.registers.destination_models import Destination
from dsar.registers.destinations import DestinationError
from dsar.registers.recipient_models import RecipientRecord
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ApproveForm(forms.Form):
    """Which service, and where it takes a copy."""

    recipient = forms.ModelChoiceField(
        RecipientRecord.objects.none(),
        label="Service",
        help_text="A controller of the register of recipients; enter it there first.",
    )
    address = forms.CharField(
        max_length=500,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text="Where it takes a copy: https://… People see the host; the rest may be a secret of the service.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered: Any = self.fields["recipient"]
        offered.queryset = destinations.eligible()


class DestinationAdmin(ReadingAdmin[Destination]):
    """Services that may be sent a copy, and those that no longer may."""

    list_display = ("recipient", "host", "approved_at", "withdrawn_at")
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter),)
    list_select_related = ("recipient",)
    ordering = ("-id",)
    change_list_template = "admin/dsar/destination/list.html"
    change_form_template = "admin/dsar/destination/page.html"
    fields = (
        *("recipient", "host", "approved_by_id", "approved_at"),
        *("withdrawn_by_id", "withdrawn_at"),
    )
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        """Add approving and withdrawing."""
        view = self.admin_site.admin_view
        return [
            path("approve/", view(self.approve), name="dsar_destination_approve"),
            path(
                "<int:pk>/withdraw/",
                view(require_POST(self.withdraw)),
                name="dsar_destination_withdraw",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever acts gets the button."""
        return super().changelist_view(request, _acts(request) | (extra_context or {}))

    def shown(self, request: HttpRequest, destination: Destination) -> dict[str, Any]:
        """Whether it can be withdrawn, by whoever looks."""
        return {"may_withdraw": _acts(request)["may_act"] and destination.withdrawn_at is None}

    def approve(self, request: HttpRequest) -> HttpResponse:
        """Let people choose a service."""
        demand(request, permissions.APPROVE)
        form = ApproveForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                approved = destinations.approve(**form.cleaned_data, by=request.user)
            except (DestinationError, RefusedAddressError) as error:
                form.add_error("address", str(error))
            else:
                messages.success(request, "People can choose it from now on.")
                return redirect(page_of(approved))
        question = Question(
            title="Approve a service",
            step="Approve",
            says=(
                "People who ask for their data in a portable form can then have it sent there, once they have "
                "confirmed it by a code. Nothing goes to an address that is not approved."
            ),
            way=[("Destinations", reverse("admin:dsar_destination_changelist"))],
            form=form,
            button="Approve it",
        )
        return ask(request, question, admin=self)

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let nothing more go there."""
        demand(request, permissions.APPROVE)
        found = get_object_or_404(Destination, pk=pk)
        if destinations.withdraw(found, by=request.user):
            messages.success(request, "It is withdrawn: nothing more goes there.")
        else:
            messages.warning(request, "It had been withdrawn before.")
        return redirect(page_of(found))


def _acts(request: HttpRequest) -> dict[str, Any]:
    return {"may_act": acting(request).may(permissions.APPROVE)}
