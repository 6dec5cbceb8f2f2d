"""What staff are asked before a request's time changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget

from dsar.cases import attaching, extending
from dsar.law import rules
from dsar.staff.forms import ConfirmForm, long_text

if TYPE_CHECKING:
    from dsar.cases.models import Request


def _calendars() -> list[tuple[str, str]]:
    """The calendars that some regime counts by."""
    found = {(one.country, one.part) for editions in rules.known().values() for one in editions}
    names = [f"{country}-{part}" if part else country for country, part in sorted(found)]
    return [(name, name) for name in names]


class ExtendForm(ConfirmForm):
    """A ground under each law that lets this be extended now, and the reasons as the person reads them."""

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        for regime, grounds in extending.possible(about).items():
            self.fields[f"ground_{regime}"] = forms.ChoiceField(
                label=f"Ground under the law of {regime}",
                choices=[("", "do not extend"), *((one, _said(one)) for one in grounds)],
                required=False,
            )
        self.fields["reasons"] = long_text(help_text="The person reads them in the notice.")

    @property
    def grounds(self) -> dict[str, str]:
        """The ground chosen under each law."""
        said = self.cleaned_data.items()
        return {
            name.removeprefix("ground_"): value
            for name, value in said
            if name.startswith("ground_") and value
        }


class PromiseForm(ConfirmForm):
    """The day of the answer, and why not before."""

    until = forms.DateField(widget=AdminDateWidget, label="We answer by")
    reasons = long_text(help_text="The person reads them in the notice.")


class LawsForm(ConfirmForm):
    """One law to add or to take away."""

    def __init__(self, *args: Any, about: Request, **options: Any) -> None:
        super().__init__(*args, about=about, **options)
        for name, codes in (
            ("add", attaching.attachable(about.case)),
            ("remove", attaching.detachable(about.case)),
        ):
            self.fields[name] = forms.ChoiceField(
                choices=[("", "none"), *((code, code) for code in codes)], required=False
            )
        self.fields["reason"] = long_text(help_text="For the file, sealed.")


class HolidayForm(forms.Form):
    """What is known of a day."""

    country = forms.ChoiceField(choices=_calendars)
    day = forms.DateField(widget=AdminDateWidget)
    free = forms.BooleanField(
        required=False, initial=True, help_text="Not chosen: it is worked after all."
    )
    name = forms.CharField(max_length=120)

    def clean(self) -> dict[str, Any]:
        """Tell a country from its part."""
        said = super().clean() or self.cleaned_data
        country, _, part = said.get("country", "").partition("-")
        return said | {"country": country, "part": part}


def _said(code: str) -> str:
    return code.replace("_", " ")
