"""The questions that each right asks, one form a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dsar.cases.asked import MEANWHILE, SEND_TO, UNLISTED
from dsar.cases.states import ObjectionScope
from dsar.portal import countries
from dsar.portal.words import OBJECTIONS, RESTRICTION_GROUNDS, WISHES
from dsar.portal.writing_forms import FilesField
from dsar.registers import destinations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ChooseForm(forms.Form):
    """What somebody wants."""

    rights = forms.MultipleChoiceField(
        label=_("What would you like to do?"),
        help_text=_("Choose everything you want. Each has its own answer and its own date."),
        widget=forms.CheckboxSelectMultiple,
        choices=[(wish.right.value, wish.title) for wish in WISHES],
        error_messages={"required": _("Choose at least one thing you would like to do.")},
    )


class CorrectionForm(forms.Form):
    """Every field that may be corrected, with the value of today in it."""

    def __init__(self, *args: Any, records: Iterable[Mapping[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.held: dict[str, dict[str, Any]] = {}
        self.records = [self._record(one) for one in records]
        self.fields["meanwhile"] = forms.BooleanField(
            label=_("Limit the use of my data while you check this"),
            help_text=_(
                "We then only store your data. We write to you before the limit ends. Some services may pause."
            ),
            initial=True,
            required=False,
        )

    def _record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        names = [self._field(record, one) for one in record["fields"]]
        return {**record, "bound": [self[name] for name in names]}

    def _field(self, record: Mapping[str, Any], one: Mapping[str, Any]) -> str:
        name = f"{record['declaration']}/{record['row']}/{one['name']}"
        held = _text(one["value"])
        long = "\n" in held or len(held) > 80  # noqa: PLR2004 - what fits a line.
        self.fields[name] = forms.CharField(
            label=one["label"].capitalize(),
            initial=held,
            required=False,
            strip=False,
            help_text=format_html(
                "{} {}", _held(held), _("You dispute this.") if one["disputed"] else ""
            ),
            widget=forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput,
        )
        self.held[name] = {
            "declaration": record["declaration"],
            "row": record["row"],
            "field": one["name"],
            "old": one["value"],
        }
        return name

    def clean(self) -> dict[str, Any]:
        """At least one value must be another one."""
        said = super().clean() or {}
        self.changed = {
            name: said[name]
            for name, held in self.held.items()
            if _plain(said.get(name, "")) != _plain(_text(held["old"]))
        }
        if not self.changed:
            raise forms.ValidationError(_("Change at least one value, or go back."))
        for name, value in self.changed.items():
            self._check(name, value)
        return said

    def _check(self, name: str, value: str) -> None:
        """Something must be said, and structured data must stay structured."""
        if not value.strip():
            self.add_error(name, _("Say what it should be."))
            return
        try:
            self.held[name]["new"] = _value(value, like=self.held[name]["old"])
        except ValueError:
            self.add_error(name, _("Keep the brackets, commas and quotation marks as they were."))

    def proposals(self) -> list[dict[str, Any]]:
        """What was changed, as a correction proposes it."""
        return [self.held[name] for name in self.changed]

    def scope(self) -> dict[str, Any]:
        """Whether the data is only stored meanwhile."""
        return {MEANWHILE: True} if self.cleaned_data["meanwhile"] else {}

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Put what the engine said beside the fields it speaks of."""
        for name, messages in errors.items():
            self.add_error(name if name in self.fields else None, messages)


def _held(value: str) -> str:
    return _("We hold: %(value)s") % {"value": value or _("nothing")}


def _text(value: Any) -> str:
    """A held value as it is typed."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(text: str, *, like: Any) -> Any:
    """What was typed, as the kind of value that is held; raises ValueError."""
    return _plain(text) if isinstance(like, str) else json.loads(text)


def _plain(value: str) -> str:
    """Browsers send line ends as two characters."""
    return value.replace("\r\n", "\n")


class DeletionForm(forms.Form):
    """All of it or some of it, and that the consequences were seen."""

    extent = forms.ChoiceField(
        label=_("How much should we delete?"),
        widget=forms.RadioSelect,
        choices=[
            ("everything", _("Everything, and close my account")),
            ("some", _("Only the kinds of records I choose")),
        ],
        error_messages={"required": _("Say whether we should delete everything.")},
    )
    declarations = forms.MultipleChoiceField(
        label=_("Kinds of records"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.BooleanField(
        label=_("I have read what will be deleted and what will be kept"),
        error_messages={"required": _("Confirm that you have read what will be deleted.")},
    )

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["declarations"].choices = list(kinds)  # type: ignore[attr-defined]  # it has them

    def clean(self) -> dict[str, Any]:
        """Some of it must say what."""
        said = super().clean() or {}
        if said.get("extent") == "some" and not said.get("declarations"):
            self.add_error("declarations", _("Choose at least one kind of record."))
        return said

    def scope(self) -> dict[str, Any]:
        """What is to be deleted, as a request says it."""
        if self.cleaned_data["extent"] == "everything":
            return {}
        return {"declarations": self.cleaned_data["declarations"]}


class PortabilityForm(forms.Form):
    """Whether the copy goes to another service too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["send_to"] = send_to_field()

    def scope(self) -> dict[str, Any]:
        """The service, as a request says it."""
        chosen = self.cleaned_data["send_to"]
        return {SEND_TO: chosen} if chosen else {}


def send_to_field() -> forms.ChoiceField:
    """The file alone, each service that is approved now, or one that is not listed."""
    return forms.ChoiceField(
        label=_("Should we send it to another service too?"),
        help_text=_(
            "You get the file in any case. We send it only to services we have checked, and only once you have"
            " confirmed it with a code that we mail to you."
        ),
        required=False,
        initial="",
        widget=forms.RadioSelect,
        choices=[
            ("", _("No, only give me the file")),
            *(
                (one.recipient_id, _("Yes, to %(service)s") % {"service": one.service})
                for one in destinations.standing()
            ),
            (UNLISTED, _("Yes, to a service that is not listed here")),
        ],
    )


class _PurposesForm(forms.Form):
    """A form that lists purposes."""

    purposes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, purposes: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purposes"].choices = list(purposes)  # type: ignore[attr-defined]  # it has them


class ObjectionForm(_PurposesForm):
    """All advertising, or particular uses."""

    objection = forms.ChoiceField(
        label=_("What should we stop?"),
        widget=forms.RadioSelect,
        choices=OBJECTIONS,
        error_messages={"required": _("Say what we should stop.")},
    )
    field_order = ("objection", "purposes")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purposes"].label = _("Particular uses")

    def clean(self) -> dict[str, Any]:
        """Particular uses must be named."""
        said = super().clean() or {}
        if said.get("objection") == ObjectionScope.OTHER and not said.get("purposes"):
            self.add_error("purposes", _("Choose at least one use that we should stop."))
        return said

    def scope(self) -> dict[str, Any]:
        """The objection, as a request says it."""
        if self.cleaned_data["objection"] == ObjectionScope.MARKETING:
            return {"objection": ObjectionScope.MARKETING.value}
        return {
            "objection": ObjectionScope.OTHER.value,
            "purposes": self.cleaned_data["purposes"],
        }


class RestrictionForm(_PurposesForm):
    """Why, and for which uses."""

    ground = forms.ChoiceField(
        label=_("Why should we limit it?"),
        widget=forms.RadioSelect,
        choices=RESTRICTION_GROUNDS,
        error_messages={"required": _("Say why we should limit what we do.")},
    )
    field_order = ("ground", "purposes")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["purposes"].label = _("For which uses?")
        self.fields["purposes"].help_text = _("Choose none to limit all of them.")

    def scope(self) -> dict[str, Any]:
        """The restriction, as a request says it."""
        scope = {"ground": self.cleaned_data["ground"]}
        purposes = self.cleaned_data["purposes"]
        return scope | {"purposes": purposes} if purposes else scope


class WithdrawalForm(_PurposesForm):
    """Which consents."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["purposes"]
        field.label = _("Which consent do you withdraw?")
        field.required = True
        field.error_messages["required"] = _("Choose at least one consent.")

    def scope(self) -> dict[str, Any]:
        """The withdrawal, as a request says it."""
        return {"purposes": self.cleaned_data["purposes"]}


class CheckForm(forms.Form):
    """The last page before filing; whoever wants something corrected may add what shows it."""

    attached = FilesField(
        label=_("Files that show what is right (optional)"),
        required=False,
        help_text=_(
            "PDF, PNG, JPEG or plain text, at most five, each of at most 5 MB. "
            "Send a copy of an identity paper only if we asked for it."
        ),
    )

    residence = forms.ChoiceField(
        label=_("Country where you live (optional)"),
        required=False,
        choices=countries.choices,
        help_text=_("The laws of that place may give you more rights."),
    )

    def __init__(self, *args: Any, takes_files: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not takes_files:
            del self.fields["attached"]


class CodeForm(forms.Form):
    """The code from the mail; spaces that came with a copy are no mistake."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 12}
        ),
        error_messages={"required": _("Enter the code from the e-mail.")},
    )

    def clean_code(self) -> str:
        """The digits alone."""
        return "".join(str(self.cleaned_data["code"]).split())
