"""Transfers to a new holder in the admin: entered, confirmed and cancelled by the data protection officer."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.duties import transferring
from dsar.registers import policies, purposes, transfers
from dsar.registers.transfer_models import Transfer
from dsar.registers.transfers import TransferError
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_BOUND = [("yes", "Yes: it keeps to our privacy policy"), ("no", "No: it asks people anew")]
_LONGEST = 4_000


class TransferForm(forms.Form):
    """A transfer, whole."""

    kind = forms.ChoiceField(
        label="What goes over",
        choices=Transfer.Kind.choices,
        widget=forms.RadioSelect,
        initial=Transfer.Kind.BUSINESS,
    )
    holder = forms.CharField(label="New holder", max_length=200)
    country = forms.RegexField(r"^[A-Za-z]{2}$", help_text="ISO 3166: SG, DE, GB.")
    contact = forms.CharField(
        max_length=300, help_text="How people reach the new holder; they are told."
    )
    effective_on = forms.DateField(label="Takes effect on", widget=AdminDateWidget)
    bound = forms.ChoiceField(
        label="Is the new holder bound by our policy?",
        choices=_BOUND,
        widget=forms.RadioSelect,
        help_text="Where data goes by consent, nobody is asked anew.",
    )
    purposes = forms.MultipleChoiceField(
        label="Purposes that go over",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Where people are asked anew, each of these stops on the day for who did not renew it.",
    )
    consent_purpose = forms.ChoiceField(
        label="By which consent",
        required=False,
        help_text="Where data goes by consent: only of people whose consent to this stands.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purposes"].choices = _choices(transfers.transferable())  # type: ignore[attr-defined]  # of this field
        self.fields["consent_purpose"].choices = [  # type: ignore[attr-defined]  # as above
            ("", "not by consent"),
            *_choices(transfers.consented()),
        ]
        for code, name in settings.LANGUAGES:
            self.fields[f"says:{code}"] = forms.CharField(
                label=f"What people are told ({name})",
                widget=forms.Textarea(attrs={"rows": 4}),
                max_length=_LONGEST,
            )

    def clean_effective_on(self) -> Any:
        """A day far enough ahead for people to be told."""
        day = self.cleaned_data["effective_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day

    def said(self) -> dict[str, Any]:
        """The transfer as `transfers.enter` takes it."""
        given = self.cleaned_data
        names = ("kind", "holder", "contact", "purposes", "consent_purpose")
        midnight = datetime.combine(given["effective_on"], time(), timezone.get_default_timezone())
        return {name: given[name] for name in names} | {
            "country": given["country"].upper(),
            "bound": given["bound"] == "yes",
            "effective_at": midnight,
            "says": {code: given[f"says:{code}"] for code in policies.languages()},
        }


def _choices(found: Any) -> list[tuple[str, str]]:
    return [(one.code, f"{one.label} ({one.basis.replace('_', ' ')})") for one in found]


class TransferAdmin(ReadingAdmin[Transfer]):
    """Every transfer, with whom it concerns and how far telling them came."""

    needs = permissions.DECIDE
    list_display = ("holder", "kind", "effective_at", "bound", "state", "told", "untold")
    ordering = ("-effective_at",)
    change_list_template = "admin/dsar/transfer/list.html"
    change_form_template = "admin/dsar/transfer/page.html"
    fields = (
        *("kind", "holder", "country", "contact", "effective_at", "bound", "asked_of"),
        *("consent_purpose", "state", "told", "untold", "requests_open"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        """With how many people were told, and how many wait."""
        mailed = Q(notices__mailed_at__isnull=False)
        return (
            super()
            .get_queryset(request)
            .annotate(
                told_people=Count("notices", filter=mailed),
                untold_people=Count("notices", filter=~mailed & Q(notices__isnull=False)),
            )
        )

    @admin.display(description="stands")
    def state(self, transfer: Transfer) -> str:
        """What became of it."""
        return _state(transfer)

    @admin.display(description="people told")
    def told(self, transfer: Any) -> int:
        """How many were mailed."""
        return int(transfer.told_people)

    @admin.display(description="not told by mail")
    def untold(self, transfer: Any) -> int:
        """How many were not, or not yet."""
        return int(transfer.untold_people)

    @admin.display(description="purposes that go over")
    def asked_of(self, transfer: Transfer) -> str:
        """By name."""
        known = {code: purposes.find(code) for code in transfer.purposes}
        return ", ".join(one.label if one else code for code, one in known.items()) or "not named"

    def get_urls(self) -> list[Any]:
        """Add entering, confirming and cancelling."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_transfer_enter"),
            *(
                path(f"<int:pk>/{name}/", view(require_POST(acts)), name=f"dsar_transfer_{name}")
                for name, acts in (("confirm", self.confirm), ("cancel", self.cancel))
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever may enter one gets the button."""
        may = {"may_act": acting(request).may(permissions.APPROVE)}
        return super().changelist_view(request, may | (extra_context or {}))

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter a transfer; nothing happens before it is confirmed."""
        demand(request, permissions.APPROVE)
        form = TransferForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                entered = transfers.enter(by=_member(request), **form.said())
            except TransferError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "It is entered. Read it again, and confirm it.")
                return redirect(page_of(entered))
        question = Question(
            title="Enter a transfer",
            step="Enter",
            says="Nobody is told and nothing changes before you confirm it on the next page.",
            way=[("Transfers", reverse("admin:dsar_transfer_changelist"))],
            form=form,
            button="Enter it",
        )
        return ask(request, question, admin=self)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it take effect on its day, and people told."""
        return self._settle(request, pk, transferring.confirm, "It is confirmed. People are told.")

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it not take place."""
        return self._settle(request, pk, transfers.cancel, "It is cancelled: nothing goes over.")

    def _settle(
        self, request: HttpRequest, pk: int, act: Callable[..., Transfer], done: str
    ) -> HttpResponse:
        demand(request, permissions.APPROVE)
        transfer = get_object_or_404(Transfer, pk=pk)
        try:
            act(transfer, by=_member(request))
        except TransferError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
        return redirect(page_of(transfer))

    def shown(self, request: HttpRequest, transfer: Transfer) -> dict[str, Any]:
        """What people are told, whom it concerns, and what can be done."""
        may, open_yet = acting(request).may(permissions.APPROVE), transfer.cancelled_at is None
        return {
            "texts": [(name, transfer.says.get(code, "")) for code, name in settings.LANGUAGES],
            "people": transferring.concerned(transfer).count(),
            "may_confirm": may and open_yet and transfer.confirmed_at is None,
            "may_cancel": may and open_yet and transfer.effective_at > timezone.now(),
        }


def _state(transfer: Transfer) -> str:
    if transfer.cancelled_at:
        return "Cancelled"
    if transfer.confirmed_at is None:
        return "Entered, not confirmed"
    return "Confirmed" if transfer.effective_at > timezone.now() else "In effect"


def _member(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)
