"""What staff are asked before an act is done."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils import timezone

from dsar.cases import fees, human_review, owning, pausing, subjects, variants
from dsar.cases.delays import Pause
from dsar.cases.human_review import HumanReview
from dsar.cases.models import Case, Decision, Note
from dsar.cases.states import Outcome, Right
from dsar.contract import belonging, terms
from dsar.engine import keeping, skipping
from dsar.engine.rights import correction, own
from dsar.law import grounds
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from dsar.cases.models import Request

_ASIDE = (
    Outcome.IDENTITY_NOT_VERIFIED,
    Outcome.FORWARDED_TO_CONTROLLER,
    Outcome.DUPLICATE,
    Outcome.SPAM,
    Outcome.NOT_A_RIGHTS_REQUEST,
)
_LONGEST = 10_000
BY_OTHER_WAYS = [
    (one.value, one.label)
    for one in Case.Channel
    if one not in {Case.Channel.PORTAL, Case.Channel.API}
]
"""How somebody writes who uses neither the portal nor the API."""


def long_text(**options: Any) -> forms.CharField:
    """A field for some sentences."""
    return forms.CharField(max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 5}), **options)


def residence_field(*, help_text: str) -> forms.RegexField:
    """A field for the country, or the state, whose laws apply as well."""
    return forms.RegexField(
        r"^[A-Z]{2}(-[A-Z]{2})?$",
        label="Country where they live",
        required=False,
        help_text=help_text,
        error_messages={"invalid": "Write two letters, such as DE, or US-CA."},
    )


class ConfirmForm(forms.Form):
    """Nothing but the button."""

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about


class DecideForm(ConfirmForm):
    """A verdict on the plan above, a ground under each law, and fields of a correction to leave out."""

    verdict = forms.ChoiceField(
        choices=Decision.Verdict.choices, widget=forms.RadioSelect, initial=Decision.Verdict.GRANTED
    )
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        for regime in about.case.regimes:
            self.fields[f"ground_{regime}"] = forms.ChoiceField(
                label=f"Ground under the law of {regime}",
                choices=[("", "none"), *_grounds(about, regime)],
                required=False,
                help_text="A refusal needs one under every law.",
            )
        for one in _corrections(about):
            self.fields[f"field_{one['id']}"] = forms.ChoiceField(
                label=f"{one['field']}: {one['old']} → {one['new']}",
                choices=[("", "correct it"), *_refusals(about)],
                required=False,
            )
        self.fields |= _leaving(about)
        if human_review.is_due(about):
            self.fields |= _looking_again()
        self.fields["derived_from"] = forms.CharField(
            max_length=200,
            required=False,
            help_text="Of a value that we worked out: from what. It goes into the letter, for that can be corrected.",
        )
        self.fields["balancing"] = long_text(
            required=False,
            help_text="How the person's interests were weighed; it goes into the letter of a refused objection.",
        )
        self.fields["reason"] = long_text(
            required=False, help_text="For the file, sealed; it does not go into the letter."
        )

    @property
    def grounds(self) -> dict[str, str]:
        """The ground chosen under each law."""
        return self._chosen("ground_")

    @property
    def refusals(self) -> dict[str, str]:
        """The fields to leave out, each with its ground."""
        return self._chosen("field_")

    @property
    def kept(self) -> dict[str, dict[str, str]]:
        """The kinds of records that a deletion leaves, each with its ground under each law."""
        chosen = self._chosen("kept_")
        return {label: keeping.under_every_law(self.about, code) for label, code in chosen.items()}

    @property
    def looked_again(self) -> HumanReview | None:
        """What the human's own look at a decision by machine found."""
        if not human_review.is_due(self.about):
            return None
        said = self.cleaned_data
        return HumanReview(
            result=said["human_review"],
            reason=said["review_reason"],
            view_considered=said["view_considered"],
        )

    def _chosen(self, prefix: str) -> dict[str, str]:
        said = self.cleaned_data.items()
        return {
            name.removeprefix(prefix): value
            for name, value in said
            if name.startswith(prefix) and value
        }


def _looking_again() -> dict[str, forms.Field]:
    """What a decision on an objection to a machine's decision has to say (GDPR Art. 22(3))."""
    return {
        "human_review": forms.ChoiceField(
            label="The machine's decision, looked at by you",
            choices=Decision.Review.choices,
            widget=forms.RadioSelect,
        ),
        "review_reason": long_text(
            label="Why", help_text="In words for the person: it goes into the letter."
        ),
        "view_considered": forms.BooleanField(label="What the person says about it was considered"),
    }


class AskForm(ConfirmForm):
    """A question to the requester, and whether it is more than a question."""

    kind = forms.ChoiceField(
        choices=[(one.value, one.label) for one in pausing.QUESTIONS],
        initial=Pause.Kind.CLARIFICATION,
        required=False,
    )
    question = long_text()
    reason = long_text(
        required=False, help_text="What the doubt is, for the file; asking for identity needs it."
    )
    affirmed = forms.BooleanField(
        required=False, label="So much data is held that guidance lets me ask"
    )

    def clean_kind(self) -> str:
        """A question is a plain one unless it is said to be more."""
        return self.cleaned_data["kind"] or Pause.Kind.CLARIFICATION


class FeeForm(ConfirmForm):
    """What an answer would cost, and why."""

    amount = forms.DecimalField(min_value=Decimal("0.01"), max_digits=9, decimal_places=2)
    currency = forms.RegexField(
        r"^[A-Z]{3}$", error_messages={"invalid": "Write three letters, such as SGD."}
    )
    why = long_text(
        label="How the amount comes about",
        help_text="The person reads it in the letter: only what this answer costs beside the usual.",
    )

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        if fees.needs_reason(about):
            self.fields["reason"] = long_text(
                label="Why the request is manifestly unfounded or excessive",
                help_text="For the file, sealed. A law that applies allows a fee only then.",
            )


class PaymentForm(ConfirmForm):
    """Where a payment stands in the books."""

    payment = forms.CharField(
        max_length=200,
        label="Reference of the payment",
        help_text="For the file, sealed: where it stands in the books.",
    )


class AsideForm(ConfirmForm):
    """Why a request is not carried out, other than a refusal on its merits."""

    outcome = forms.ChoiceField(
        choices=[(one.value, one.value.replace("_", " ")) for one in _ASIDE]
    )
    to = forms.ModelChoiceField(
        RecipientRecord.objects.filter(role=RecipientRecord.Role.CONTROLLER),
        label="Handed on to",
        required=False,
        help_text="Only where the request is handed to the organisation that is responsible; it stands among the "
        "recipients.",
    )
    reason = long_text(help_text="For the file, sealed.")

    def clean(self) -> dict[str, Any]:
        """Handed on to somebody, or to nobody at all."""
        said: dict[str, Any] = super().clean() or {}
        is_handed_on = said.get("outcome") == Outcome.FORWARDED_TO_CONTROLLER
        if is_handed_on is not bool(said.get("to")):
            self.add_error("to", "Say to whom, if and only if it is handed on.")
        return said


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Somebody of the staff, named as they log in."""

    def label_from_instance(self, obj: Any) -> str:
        """The name."""
        return str(obj.get_username())


class GiveForm(ConfirmForm):
    """A colleague who may handle requests."""

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        self.fields["to"] = ColleagueField(owning.candidates(), label="Colleague")


class MendedForm(ConfirmForm):
    """What was set right before a request goes on."""

    mended = long_text(
        label="What you set right",
        help_text="For the file, sealed: what was found, what you did, where. No personal data is needed.",
    )


class SkipForm(ConfirmForm):
    """Why a kind of record that cannot be read is left out."""

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        failed = skipping.failed(about)
        self.fields["label"] = forms.ChoiceField(
            label="What is left out", choices=[(failed, failed)]
        )
        self.fields["reason"] = long_text(
            label="Why it cannot be read or mended",
            help_text="For the file, sealed: what was tried, and by when it may be mended. No personal data is needed.",
        )


class PostedForm(forms.Form):
    """The day on which a letter was posted."""

    on = forms.DateField(widget=AdminDateWidget, label="Posted on", initial=timezone.localdate)


class NoteForm(forms.Form):
    """A note for the file."""

    kind = forms.ChoiceField(choices=Note.Kind.choices)
    text = long_text()


class RevealForm(forms.Form):
    """Why an auditor wants to see who it is."""

    reason = long_text(help_text="For the file, sealed.")


class HoldForm(forms.Form):
    """A reason for which nothing of a person may be deleted, or nothing of a kind, or one record."""

    declaration = forms.ChoiceField(
        label="What must stay", required=False, help_text="With whatever belongs to these records."
    )
    row = forms.CharField(
        label="Only the record with this key",
        required=False,
        max_length=100,
        help_text="The key as the person's copy has it under “id”; empty: all records of the kind.",
    )
    ground = forms.CharField(max_length=200)
    law = forms.CharField(max_length=200)
    review_on = forms.DateField(widget=AdminDateWidget)
    hidden = forms.BooleanField(
        required=False, initial=True, help_text="The person must not learn of it."
    )

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        self._case = case
        kinds = [
            (one.label, f"{terms.title(one.model)} ({one.label})") for one in belonging.kinds()
        ]
        self.fields["declaration"].choices = [("", "Everything of this person"), *kinds]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A record is one of this person's."""
        said: dict[str, Any] = super().clean() or {}
        kind, row = said.get("declaration", ""), said.get("row", "")
        if row and not (kind and own.holds(subjects.of(self._case), kind, row)):
            self.add_error("row", "This person has no such record of this kind.")
        return said

    def clean_review_on(self) -> Any:
        """Refuse a review that is over before it begins."""
        day = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Say a day to come, on which somebody looks at it again.")
        return day


def _grounds(request: Request, regime: str) -> list[tuple[str, str]]:
    found = grounds.applicable(variants.of(request), regime=regime)
    return [(one.code, f"{one.in_words('en')} ({one.source(regime)})") for one in found]


def _refusals(request: Request) -> list[tuple[str, str]]:
    """The grounds of every law that applies, each once."""
    found = {
        one.code: f"leave it: {one.in_words('en')}"
        for regime in request.case.regimes
        for one in grounds.applicable(variants.of(request), regime=regime)
    }
    return sorted(found.items())


def _leaving(request: Request) -> dict[str, forms.Field]:
    """A choice for each kind of record that a deletion touches: as planned, or left on a ground."""
    kinds = keeping.choices(request) if request.right == Right.DELETION else []
    grounds_of_all = [(code, f"leave it: {words}") for code, words in keeping.common(request)]
    return {
        f"kept_{one['label']}": forms.ChoiceField(
            label=f"{one['title'].capitalize()} ({one['label']})",
            choices=[("", "as the plan says"), *grounds_of_all],
            initial=one["ground"],
            required=False,
            help_text="" if number else "To leave a kind of record, grant in part and choose why.",
        )
        for number, one in enumerate(kinds)
    }


def _corrections(request: Request) -> list[dict[str, Any]]:
    return correction.shown(request) if request.right == Right.CORRECTION else []
