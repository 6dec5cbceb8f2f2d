"""What staff fill in for somebody who asked by mail, post, telephone, in person or through an authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import timezone

from dsar.cases import claims, mail_reading
from dsar.cases.asked import SEND_TO, UNLISTED, Asked, Proposal
from dsar.cases.identity_models import Claim
from dsar.cases.mail_reading import MailUnreadableError
from dsar.cases.models import Case
from dsar.cases.states import ObjectionScope, Right
from dsar.contract import registry
from dsar.registers import destinations, suppression
from dsar.registers.models import Restriction
from dsar.staff.forms import BY_OTHER_WAYS, residence_field
from dsar.staff.incident_forms import PastField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsar.cases.claims import Said

_ADVERTISING = "advertising"
_OF_PURPOSES = frozenset({Right.OBJECTION.value, Right.CONSENT_WITHDRAWAL.value})
_RIGHTS = [
    (Right.ACCESS.value, "Access: a copy of the data"),
    (Right.DELETION.value, "Deletion"),
    (Right.CORRECTION.value, "Correction; say below of what"),
    (Right.PORTABILITY.value, "Portability: the data for another service"),
    (_ADVERTISING, "Objection to all advertising"),
    (Right.OBJECTION.value, "Objection to purposes; say below to which"),
    (Right.RESTRICTION.value, "Restriction; say below why"),
    (Right.CONSENT_WITHDRAWAL.value, "Withdrawal of consent; say below to which purposes"),
]


class MailForm(forms.Form):
    """A message as it was mailed, read before it is believed."""

    message = forms.FileField(
        label="The message",
        help_text="Save it from your mail program as .eml and drop it here. At most 15 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".eml,message/rfc822"}),
    )

    raw = b""

    def clean_message(self) -> mail_reading.Message:
        """The message, read no further than it may be long."""
        self.raw = self.cleaned_data["message"].read(mail_reading.MOST_BYTES + 1)
        try:
            return mail_reading.read(self.raw)
        except MailUnreadableError:
            raise forms.ValidationError(_UNREADABLE) from None


_UNREADABLE = (
    "This cannot be read as a message: it is larger than 15 MB, has too many parts or parts within parts, or is no "
    "saved message at all. Nothing of it was kept. Enter the request by hand, with the day on which it arrived."
)


class TakeInForm(forms.Form):
    """Who asked, when, how, for whom and what for."""

    channel = forms.ChoiceField(label="It came by", choices=BY_OTHER_WAYS)
    received_at = PastField(
        label="Received", help_text="When it reached us, read or not; due dates count from then."
    )
    relation = forms.ChoiceField(
        label="Who they are", choices=Claim.Relation.choices, initial=Claim.Relation.CUSTOMER
    )
    name = forms.CharField(
        label="Their name", max_length=200, widget=forms.TextInput(attrs={"size": 40})
    )
    email = forms.EmailField(
        label="Their e-mail address",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"size": 40}),
        help_text="A link to prove that it is theirs goes there.",
    )
    contact = forms.CharField(label="Or where else the answer goes", max_length=500, required=False)
    for_name = forms.CharField(
        label="They ask for",
        max_length=200,
        required=False,
        help_text="The name of the person whose data it is, if not their own. A company that names nobody is asked.",
    )
    for_email = forms.EmailField(label="That person's address", max_length=254, required=False)
    permission = forms.CharField(
        label="Signed permission, as text",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text = forms.CharField(
        label="What they say",
        required=False,
        max_length=mail_reading.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="In their words. Sealed under a key of its own.",
    )
    rights = forms.MultipleChoiceField(
        label="What they ask for", choices=_RIGHTS, widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(
        label="Number not to be called",
        required=False,
        max_length=suppression.LONGEST_NUMBER,
        help_text="With an objection to all advertising. Only its HMAC is kept.",
    )
    purposes = forms.MultipleChoiceField(
        label="Purposes", required=False, widget=forms.CheckboxSelectMultiple
    )
    ground = forms.ChoiceField(
        label="Why it should be restricted",
        required=False,
        choices=[("", "-"), *Restriction.Ground.choices],
    )
    send_to = forms.ChoiceField(
        label="Where else a portable copy goes",
        required=False,
        help_text="They confirm it by a code that is mailed to them; nothing goes before.",
    )
    wrong = forms.ChoiceField(label="What is wrong", required=False)
    right_value = forms.CharField(label="What it should be", required=False, max_length=2_000)
    residence = residence_field(
        help_text="Two letters, such as DE; of the United States also the state: US-CA. Its laws may give more rights."
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE)
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        known = registry.current()
        fields["purposes"].choices = [
            (code, f"{one.label} ({code})") for code, one in sorted(known.purposes.items())
        ]
        fields["send_to"].choices = [
            ("", "-"),
            *((one.recipient_id, one.service) for one in destinations.standing()),
            (UNLISTED, "to a service that is not listed"),
        ]
        fields["wrong"].choices = [("", "-"), *_correctable()]
        for fact in claims.facts_offered():
            fields[claims.FACT + fact] = forms.CharField(
                label=f"They know: {fact.replace('_', ' ')}", required=False, max_length=200
            )

    def clean(self) -> dict[str, Any]:
        """The answer goes somewhere; whoever asks for another says for whom; each right says what it needs."""
        said = super().clean() or {}
        if not said.get("email") and not said.get("contact") and "email" not in self.errors:
            self.add_error("email", "Say where the answer goes: here, or below.")
        if said.get("relation") in Claim.FOR_OTHERS:
            for name in ("for_name", "for_email"):
                if not said.get(name) and name not in self.errors and not _may_name_nobody(said):
                    self.add_error(name, "Say for whom they ask.")
        chosen = set(said.get("rights", ()))
        if chosen & _OF_PURPOSES and not said.get("purposes"):
            self.add_error("purposes", "Say which purposes.")
        if Right.RESTRICTION in chosen and not said.get("ground"):
            self.add_error("ground", "Say why.")
        if Right.CORRECTION in chosen and not (said.get("wrong") and said.get("right_value")):
            self.add_error("wrong", "Say what is wrong and what it should be.")
        return said

    def said(self) -> Said:
        """What somebody says of themselves, as the cases keep it."""
        return claims.filled_in(self.cleaned_data)

    def asked(self) -> list[Asked]:
        """The rights that were chosen, with what each needs."""
        return [self._asked(one) for one in self.cleaned_data["rights"]]

    def submission(self) -> dict[str, Any]:
        """How, when and in which language it came, and where the answer goes."""
        given = self.cleaned_data
        return {
            "channel": given["channel"],
            "received_at": given["received_at"],
            "contact": given["email"] or given["contact"],
            "language": given["language"],
            "residence": given["residence"],
            "number": given["number"],
        }

    def _asked(self, right: str) -> Asked:
        given = self.cleaned_data
        if right == Right.CORRECTION:
            label, field = given["wrong"].split(" ")
            wanted = Proposal(declaration=label, row="", field=field, new=given["right_value"])
            return Asked(right=Right.CORRECTION, corrections=(wanted,))
        if right == _ADVERTISING:
            return Asked(right=Right.OBJECTION, scope={"objection": ObjectionScope.MARKETING.value})
        return Asked(right=Right(right), scope=self._scope(right))

    def _scope(self, right: str) -> Mapping[str, Any]:
        purposes: Sequence[str] = self.cleaned_data["purposes"]
        if right == Right.OBJECTION:
            return {"objection": ObjectionScope.OTHER.value, "purposes": purposes}
        if right == Right.CONSENT_WITHDRAWAL:
            return {"purposes": purposes}
        if right == Right.RESTRICTION:
            return {"ground": self.cleaned_data["ground"]}
        if right == Right.PORTABILITY and self.cleaned_data["send_to"]:
            return {SEND_TO: self.cleaned_data["send_to"]}
        return {}


def _may_name_nobody(said: Mapping[str, Any]) -> bool:
    """A company that names nobody is taken in, and asked for the person by letter (R144)."""
    return said["relation"] == Claim.Relation.COMPANY and not (
        said.get("for_name") or said.get("for_email")
    )


def filled_in(found: mail_reading.Message, *, ticket: str) -> dict[str, Any]:
    """What a message says, as the form is filled in with it; what staff look at may still be wrong."""
    return {
        "channel": Case.Channel.EMAIL.value,
        "received_at": found.received_at or timezone.now(),
        "name": found.name,
        "email": found.address,
        "text": "\n\n".join(part for part in (found.subject, found.text) if part)[
            : mail_reading.LONGEST_TEXT
        ],
        "ticket": ticket,
    }


def _correctable() -> list[tuple[str, str]]:
    """Every field that a request may correct, by the record in which it stands."""
    return [
        (f"{one.label} {name}", f"{one.describe}: {name.replace('_', ' ')}")
        for one in registry.current().all()
        for name, field in one.fields.items()
        if getattr(field, "correctable", False)
    ]
