"""The register of recipients in the admin: read by staff, completed and assessed by the data protection officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from dsar.cases import permissions
from dsar.contract.declarations import Recipient
from dsar.contract.people import is_address
from dsar.contract.vocabulary import Category
from dsar.registers import recipients
from dsar.registers.recipient_models import RecipientRecord
from dsar.staff.asking import Question, ask
from dsar.staff.filters import Choice
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_DECLARED = ("name", "role", "country", "safeguard")


class EnterForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Somebody whom no app declares."""

    class Meta:
        model = RecipientRecord
        fields = ("code", *_DECLARED)

    def clean_country(self) -> str:
        """A code of two letters."""
        return _country(self.cleaned_data["country"])


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    """What people keep of a recipient; of whom an app declares, name, role, country and safeguard stand there."""

    categories = forms.MultipleChoiceField(
        choices=[(one.value, one.value.replace("_", " ")) for one in Category],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What may go there. More than that is recorded and marked.",
    )

    class Meta:
        model = RecipientRecord
        fields = (
            *_DECLARED,
            "contact",
            "contract",
            "categories",
            "breach_hours",
            "assessed_on",
            "review_on",
            "channel",
            "address",
        )
        labels = {
            "breach_hours": "Tells of a breach within (hours)",
            "review_on": "To be assessed again on",
            "channel": "Told of changes by",
            "address": "At",
        }
        help_texts = {"address": "The webhook's address (https://…) or a mail address."}
        widgets = {
            "assessed_on": AdminDateWidget,
            "review_on": AdminDateWidget,
            "channel": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.declared:
            for name in _DECLARED:
                del self.fields[name]

    def clean_country(self) -> str:
        """A code of two letters."""
        return _country(self.cleaned_data["country"])

    def clean(self) -> dict[str, Any]:
        """An address that fits the channel, and an assessment that is due again after it was made."""
        said = super().clean() or {}
        address, channel = said.get("address", ""), said.get("channel")
        if channel == RecipientRecord.Channel.WEBHOOK and not address.startswith("https://"):
            self.add_error("address", "A webhook's address begins with https://.")
        if channel == RecipientRecord.Channel.MAIL and not is_address(address):
            self.add_error("address", "This is no mail address.")
        assessed, again = said.get("assessed_on"), said.get("review_on")
        if assessed and (not again or again <= assessed):
            self.add_error("review_on", "Say when it is to be assessed again, later than it was.")
        return said

    def _post_clean(self) -> None:
        """The register's own function changes the row, and says so in the ledger."""


def _country(said: str) -> str:
    code = said.upper()
    if len(code) != len("SG") or not code.isalpha() or not code.isascii():
        raise forms.ValidationError("A country's code has two letters: SG, DE, GB.")
    return code


class MissingFilter(Choice):
    """What is missing of a recipient."""

    title = "missing"
    parameter_name = "missing"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        """The kinds."""
        return [
            ("assessment", "assessment, or overdue"),
            ("safeguard", "safeguard abroad"),
            ("categories", "categories"),
        ]

    def condition(self, request: HttpRequest, value: str) -> Any:
        """Those of whom it is missing."""
        if value == "assessment":
            return recipients.needs_assessment()
        if value == "safeguard":
            return recipients.lacks_safeguard()
        return Q(categories=[])


class RecipientAdmin(ReadingAdmin[RecipientRecord]):
    """Everybody to whom personal data goes."""

    list_display = ("name", "role", "country", "review_on", "missing")
    list_filter = (MissingFilter, "role", "country")
    ordering = ("name",)
    change_list_template = "admin/dsar/recipient/list.html"
    change_form_template = "admin/dsar/recipient/page.html"
    fields = (
        "code",
        "name",
        "role",
        "country",
        "safeguard",
        "contact",
        "contract",
        "may_get",
        "breach_hours",
        "assessed_on",
        "review_on",
        "channel",
        "address",
        "declared",
        "missing",
    )
    readonly_fields = fields

    @admin.display(description="Missing")
    def missing(self, recipient: RecipientRecord) -> str:
        """What is missing, in words."""
        return ", ".join(recipients.warnings(recipient)) or "nothing"

    @admin.display(description="May get")
    def may_get(self, recipient: RecipientRecord) -> str:
        """The categories."""
        return ", ".join(one.replace("_", " ") for one in recipient.categories) or "not decided yet"

    def get_urls(self) -> list[Any]:
        """Add entering, changing and the secret."""
        view = self.admin_site.admin_view
        return [
            path("enter/", view(self.enter), name="dsar_recipient_enter"),
            path("<slug:code>/edit/", view(self.edit), name="dsar_recipient_edit"),
            path(
                "<slug:code>/secret/",
                view(require_POST(self.secret)),
                name="dsar_recipient_secret",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever acts gets the button."""
        return super().changelist_view(request, _acts(request) | (extra_context or {}))

    def shown(self, request: HttpRequest, recipient: RecipientRecord) -> dict[str, Any]:
        """The same on a recipient's page."""
        return _acts(request)

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Enter a recipient."""
        demand(request, permissions.APPROVE)
        form = EnterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            found = recipients.enter(Recipient(**form.cleaned_data))
            messages.success(request, f"{found.name} is in the register.")
            return redirect(page_of(found))
        return self._form(request, form, title="Enter a recipient", back=None)

    def edit(self, request: HttpRequest, code: str) -> HttpResponse:
        """Change what is kept of a recipient."""
        demand(request, permissions.APPROVE)
        found = get_object_or_404(RecipientRecord, pk=code)
        form = ChangeForm(request.POST or None, instance=found)
        if request.method == "POST" and form.is_valid():
            recipients.change(code, **form.cleaned_data)
            messages.success(request, "The register is changed.")
            return redirect(page_of(found))
        return self._form(request, form, title=f"Change {found.name}", back=found)

    def secret(self, request: HttpRequest, code: str) -> HttpResponse:
        """Make a new secret and show it once."""
        demand(request, permissions.APPROVE)
        found = get_object_or_404(RecipientRecord, pk=code)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Secret of {found.name}",
            "opts": self.model._meta,
            "recipient": found,
            "secret": recipients.renew_secret(code),
        }
        answer = TemplateResponse(request, "admin/dsar/recipient/secret.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    def _form(
        self, request: HttpRequest, form: Any, *, title: str, back: RecipientRecord | None
    ) -> HttpResponse:
        way = [("Recipients", reverse("admin:dsar_recipientrecord_changelist"))]
        if back is not None:
            way.append((str(back), page_of(back)))
        declared = back is not None and back.declared
        question = Question(
            title=title,
            step=title,
            says=(
                "Name, role and country are declared in the code, and changed there."
                if declared
                else "The register is asked before data is disclosed; every change is recorded."
            ),
            way=way,
            form=form,
        )
        return ask(request, question, admin=self)


def _acts(request: HttpRequest) -> dict[str, Any]:
    return {"may_act": acting(request).may(permissions.APPROVE)}
