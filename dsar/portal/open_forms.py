"""The questions for somebody without account, or who asks for another person: one page, few questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.cases import claims
from dsar.cases.asked import SEND_TO, Asked
from dsar.cases.identity_models import Claim
from dsar.cases.states import ObjectionScope, Right
from dsar.portal import countries, words
from dsar.portal.forms import send_to_field
from dsar.portal.words import RELATIONS, RESTRICTION_GROUNDS
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from dsar.cases.claims import Said


RIGHTS = (Right.ACCESS, Right.DELETION, Right.PORTABILITY, Right.OBJECTION, Right.RESTRICTION)
"""What can be asked without an account to choose records or consents from; the rest is said in words."""

_SCOPES: Mapping[str, Mapping[str, str]] = {
    Right.OBJECTION: {"objection": ObjectionScope.MARKETING.value}
}


class OpenForm(forms.Form):
    """Who asks, for whom, what for. No number of an identity paper is asked for anywhere (R13)."""

    relation = forms.ChoiceField(
        label=_("Who are you to us?"),
        widget=forms.RadioSelect,
        choices=RELATIONS,
        error_messages={"required": _("Say who you are to us.")},
    )
    rights = forms.MultipleChoiceField(
        label=_("What would you like to do?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (
                right.value,
                _("Stop all advertising") if right is Right.OBJECTION else words.title(right),
            )
            for right in RIGHTS
        ],
        error_messages={"required": _("Choose at least one thing you would like to do.")},
    )
    ground = forms.ChoiceField(
        label=_("Why should we limit it?"),
        required=False,
        widget=forms.RadioSelect,
        choices=RESTRICTION_GROUNDS,
    )
    number = forms.CharField(
        label=_("Telephone number to stop advertising at (optional)"),
        required=False,
        max_length=suppression.LONGEST_NUMBER,
        help_text=_("For calls and text messages. We keep it only in a form that cannot be read."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_(
            "We send a link there. Use the address that you used with us, if you still can."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter your e-mail address.")},
    )
    for_name = forms.CharField(
        label=_("Name of the person you ask for"), max_length=200, required=False
    )
    for_email = forms.EmailField(
        label=_("E-mail address of the person you ask for"), max_length=254, required=False
    )
    permission = forms.CharField(
        label=_("Your permission to ask for them (optional)"),
        required=False,
        max_length=20_000,
        help_text=_("The text of a signed permission, if there is one."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    affirmed = forms.BooleanField(
        label=_("I may give you the data of the person I ask for."), required=False
    )
    text = forms.CharField(
        label=_("Anything else we should know (optional)"),
        required=False,
        max_length=20_000,
        help_text=_(
            "If something is wrong, say here what it should be. You need not give reasons."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    residence = forms.ChoiceField(
        label=_("Country where you live (optional)"),
        required=False,
        choices=countries.choices,
        help_text=_("The laws of that place may give you more rights."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["send_to"] = send_to_field()
        for name in claims.facts_offered():
            self.fields[claims.FACT + name] = forms.CharField(
                label=words.fact(name), required=False, max_length=200
            )
        self.facts = [self[claims.FACT + name] for name in claims.facts_offered()]

    def clean_number(self) -> str:
        """What looks like a telephone number; where advertising goes on it is not asked for."""
        number: str = self.cleaned_data["number"]
        if Right.OBJECTION not in self.cleaned_data.get("rights", ()):
            return ""
        if number and not suppression.is_number(number):
            raise forms.ValidationError(_("Enter a telephone number, such as +65 6000 0000."))
        return number

    def clean(self) -> dict[str, Any]:
        """Whoever asks for another says for whom; a limit says why."""
        said = super().clean() or {}
        if said.get("relation") in Claim.FOR_OTHERS:
            if not said.get("for_name"):
                self.add_error("for_name", _nobody_named(said["relation"]))
            if not said.get("for_email") and "for_email" not in self.errors:
                self.add_error("for_email", _("Enter the address of the person you ask for."))
            if not said.get("affirmed"):
                self.add_error("affirmed", _("Say that you may give us this person's data."))
        if said.get("relation") == Claim.Relation.MINOR_REPORT:
            # There is only one thing to ask for, and nobody need choose it.
            said["rights"] = [Right.DELETION.value]
            self.errors.pop("rights", None)
        if Right.RESTRICTION in said.get("rights", ()) and not said.get("ground"):
            self.add_error("ground", _("Say why we should limit what we do."))
        return said

    def said(self) -> Said:
        """What somebody says of themselves, as the cases keep it."""
        return claims.filled_in(self.cleaned_data, affirmed=str(self.fields["affirmed"].label))

    def asked(self) -> list[Asked]:
        """The rights that were chosen."""
        return [
            Asked(right=Right(right), scope=self._scope(right))
            for right in self.cleaned_data["rights"]
        ]

    def _scope(self, right: str) -> Mapping[str, Any]:
        if right == Right.RESTRICTION:
            return {"ground": self.cleaned_data["ground"]}
        if right == Right.PORTABILITY and self.cleaned_data["send_to"]:
            return {SEND_TO: self.cleaned_data["send_to"]}
        return _SCOPES.get(right, {})


def _nobody_named(relation: str) -> StrOrPromise:
    """Companies have no rights, the people who work for them have (GDPR recital 14)."""
    if relation == Claim.Relation.COMPANY:
        return _(
            "Only people have these rights, not companies. Enter the name of the person whose data it is."
        )
    return _("Enter the name of the person you ask for.")
