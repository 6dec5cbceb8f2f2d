"""Uses without authorisation, or although restricted, in the admin: the cases, what was noted, and noting one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.shortcuts import redirect
from django.urls import path, reverse

from dsar.cases import permissions
from dsar.contract import registry
from dsar.contract.declarations import Recipient
from dsar.contract.vocabulary import Category
from dsar.law import exemptions as law
from dsar.law.restricted import Despite
from dsar.processing import use_despite_restriction
from dsar.registers import disclosures, exemptions
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.exemptions import Exempted
from dsar.registers.recipient_models import RecipientRecord
from dsar.staff.asking import Question, ask
from dsar.staff.reading import ReadingAdmin, acting, demand, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ExemptedUseForm(forms.Form):
    """One use or transfer, with its case and its reason."""

    address = forms.EmailField(
        label="Address of the person's account", widget=forms.TextInput(attrs={"size": 40})
    )
    act = forms.ChoiceField(
        label="What is done", choices=ExemptedUse.Act.choices, widget=forms.RadioSelect
    )
    code = forms.ChoiceField(label="Case", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why it holds here", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    purpose = forms.ChoiceField()
    recipient = forms.ModelChoiceField(
        RecipientRecord.objects.order_by("name"),
        required=False,
        help_text="To whom it is transferred; the register of recipients has them.",
    )
    categories = forms.MultipleChoiceField(
        choices=[(one.value, one.value.replace("_", " ")) for one in Category],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What is transferred.",
    )
    document = forms.CharField(
        required=False, max_length=200, help_text="The order or letter that asked for it."
    )
    secret = forms.BooleanField(
        label="The person must not learn of it", required=False, help_text="PDPA s 21(4)."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cases: Any = self.fields["code"]
        cases.choices = [
            *((one.code, _words(one)) for one in law.known().values()),
            *((one.value, f"{one.in_words} (of what is restricted)") for one in Despite),
        ]
        known: Any = self.fields["purpose"]
        declared = sorted(registry.current().purposes.values(), key=lambda one: one.code)
        known.choices = [(one.code, one.label) for one in declared]

    def clean_address(self) -> Any:
        """The account that has the address."""
        model = get_user_model()
        field = model.get_email_field_name()
        found = model._base_manager.filter(**{f"{field}__iexact": self.cleaned_data["address"]})
        if len(found) != 1:
            raise forms.ValidationError("No account has this address.")
        return found[0]

    def clean(self) -> dict[str, Any]:
        """A case that holds for what is done; a transfer says to whom and what."""
        said = super().clean() or {}
        if said.get("act") and not _holds_for(said["act"], said.get("code", "")):
            self.add_error("code", "This case does not hold for what is done.")
        if said.get("act") == ExemptedUse.Act.TRANSFER:
            for name in ("recipient", "categories"):
                if not said.get(name):
                    self.add_error(name, "Say to whom what is transferred.")
        return said


def _holds_for(act: str, code: str) -> bool:
    if act == ExemptedUse.Act.RESTRICTED:
        return code in set(Despite)
    return law.serves(code, law.Act(act))


def _words(one: law.Exemption) -> str:
    only = "" if law.Act.USE in one.acts else " (transfers only)"
    return f"{one.in_words('en')}{only}"


class ExemptedUseAdmin(ReadingAdmin[ExemptedUse]):
    """What was done without authorisation."""

    needs = permissions.DECIDE
    list_display = ("subject_id", "act", "case", "purpose", "used_at", "secret")
    list_filter = ("act", "code", "secret")
    list_select_related = ("purpose",)
    ordering = ("-id",)
    change_list_template = "admin/dsar/exempteduse/list.html"
    fields = (
        *("subject_id", "act", "case", "reason", "purpose", "disclosure"),
        *("secret", "entered_by_id", "used_at"),
    )

    def case(self, noted: ExemptedUse) -> str:
        """The case in words."""
        if noted.act == ExemptedUse.Act.RESTRICTED:
            return Despite(noted.code).in_words
        found = law.known().get(noted.code)
        return found.in_words("en") if found else noted.code

    def get_urls(self) -> list[Any]:
        """Add noting one."""
        note = self.admin_site.admin_view(self.note)
        return [path("note/", note, name="dsar_exempteduse_note"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the cases that the list knows."""
        shown = {
            "cases": [
                *(
                    {"words": one.in_words("en"), "acts": sorted(one.acts), "sources": one.sources}
                    for one in law.known().values()
                ),
                *(
                    {
                        "words": one.in_words,
                        "acts": ["use of what is restricted"],
                        "sources": {"EU": "GDPR Art. 18(2)"},
                    }
                    for one in Despite
                ),
            ],
            "may_act": acting(request).may(permissions.APPROVE),
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def note(self, request: HttpRequest) -> HttpResponse:
        """Note a use or a transfer, before it happens."""
        demand(request, permissions.APPROVE)
        form = ExemptedUseForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                noted = _note(form.cleaned_data, by=request.user)
            except ValueError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "It is noted.")
                return redirect(page_of(noted))
        question = Question(
            title="Note a use without authorisation",
            step="Note",
            says="Only the cases of the list allow it. Note it before it happens; what is noted is not changed.",
            way=[("Uses without authorisation", reverse("admin:dsar_exempteduse_changelist"))],
            form=form,
            button="Note it",
        )
        return ask(request, question, admin=self)


def _note_restricted(said: dict[str, Any], *, by: Any) -> ExemptedUse:
    noted = use_despite_restriction(
        said["address"],
        said["purpose"],
        case=said["code"],
        reason=said["reason"],
        by=by,
        secret=said["secret"],
    )
    if noted is None:
        message = "Nothing restricts this purpose: the use needs no case."
        raise ValueError(message)
    return noted


def _note(said: dict[str, Any], *, by: Any) -> ExemptedUse:
    if said["act"] == ExemptedUse.Act.RESTRICTED:
        return _note_restricted(said, by=by)
    why = Exempted(code=said["code"], reason=said["reason"], by=by)
    if said["act"] == ExemptedUse.Act.USE:
        return exemptions.use(
            said["address"],
            said["purpose"],
            code=why.code,
            reason=why.reason,
            by=by,
            secret=said["secret"],
        )
    known = said["recipient"]
    disclosure = disclosures.record(
        said["address"],
        recipient=Recipient(
            code=known.code, name=known.name, role=known.role, country=known.country
        ),
        purpose=said["purpose"],
        categories=[Category(one) for one in said["categories"]],
        basis=f"without authorisation: {why.code}",
        document=said["document"],
        secret=said["secret"],
        exempted=why,
    )
    return ExemptedUse.objects.get(disclosure=disclosure)
