"""What the data protection officer is asked about the people whom an incident concerns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from dsar.cases import wording
from dsar.duties import affected, incident_letters
from dsar.staff.forms import long_text
from dsar.staff.incident_forms import AboutForm

_LONGEST_LIST = 2_000_000
_LABELS = {
    "what": "What happened",
    "data": "Which data",
    "effects": "What may come of it",
    "measures": "What we did",
    "what_to_do": "What people can do",
}


class PeopleForm(AboutForm):
    """Kinds of records, and a list."""

    records = forms.MultipleChoiceField(
        label="Everybody who has",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Account holders, and people without account by the addresses in these records.",
    )
    words = forms.CharField(
        label="E-mail addresses or account numbers",
        required=False,
        max_length=_LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Parted by commas, blanks or lines.",
    )
    file = forms.FileField(
        label="The same as a file", required=False, help_text="Text or CSV, in UTF-8, at most 2 MB."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["records"].choices = [  # type: ignore[attr-defined]
            (one.label, f"{one.label} ({one.describe.partition(chr(10))[0]})")
            for one in affected.kinds()
        ]

    def clean_file(self) -> str:
        """The file's text."""
        given = self.cleaned_data["file"]
        if given is None:
            return ""
        if given.size > _LONGEST_LIST:
            raise forms.ValidationError("The file is too large: at most 2 MB.")
        try:
            return str(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is no text in UTF-8.") from None

    def clean(self) -> dict[str, Any]:
        """Something is chosen or listed."""
        said = super().clean() or {}
        if not self.errors and not said["records"] and not self.listed():
            raise forms.ValidationError("Choose records, or give a list.")
        return said

    def listed(self) -> str:
        """Both lists."""
        return "\n".join(filter(None, (self.cleaned_data["words"], self.cleaned_data["file"])))


class LetterForm(AboutForm):
    """The letter, in each language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names, said = dict(settings.LANGUAGES), incident_letters.read(self.about)
        for language in wording.LANGUAGES:
            for part in incident_letters.PARTS:
                self.fields[f"{part}:{language}"] = long_text(
                    label=f"{_LABELS[part]} ({names.get(language, language)})",
                    initial=said.get(language, {}).get(part, ""),
                    required=False,
                )

    def said(self) -> dict[str, dict[str, str]]:
        """The letter by language."""
        return {
            language: {
                part: self.cleaned_data[f"{part}:{language}"] for part in incident_letters.PARTS
            }
            for language in wording.LANGUAGES
        }


class ReleaseForm(AboutForm):
    """Whether people must know before the authority does."""

    at_once = forms.BooleanField(
        label="People must protect themselves at once",
        required=False,
        help_text="Lets the letters go before the authority is told, where the law knows that (GDPR recital 86).",
    )
    reason = long_text(required=False, help_text="Needed if they go before. Sealed.")
