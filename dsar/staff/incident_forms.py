"""What the data protection officer is asked about an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from dsar.duties import incidents
from dsar.law import incidents as law
from dsar.law import rules
from dsar.registers.incident_models import Incident, IncidentEntry
from dsar.staff.forms import long_text

if TYPE_CHECKING:
    from datetime import datetime

_YES_OR_NO = (("yes", "Yes"), ("no", "No"))


class DayAndTime(AdminSplitDateTime):
    """The admin's two inputs, each with a name of its own for whoever hears the page."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name both."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], ("Day", "Time"), strict=True):
            part["attrs"]["aria-label"] = label
        return context


class PastField(forms.SplitDateTimeField):
    """A moment that has come, where the organisation is."""

    widget = DayAndTime

    def clean(self, value: Any) -> datetime | None:
        """Refuse a moment to come."""
        found: datetime | None = super().clean(value)
        if found is not None and found > timezone.now():
            raise forms.ValidationError("This moment is still to come.")
        return found


class OpenForm(forms.Form):
    """What is known when an incident is entered."""

    kind = forms.ChoiceField(choices=Incident.Kind.choices, widget=forms.RadioSelect)
    laws = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, help_text="Of the people whom it may concern."
    )
    discovered_at = PastField(
        label="Discovered",
        help_text="When somebody here became aware of it: European clocks start.",
    )
    grounds_at = PastField(
        label="Credible grounds",
        required=False,
        help_text="Since when one could believe it; empty means: when it was discovered. Singapore's clock starts.",
    )
    occurred_at = PastField(label="Happened", required=False, help_text="Empty if unknown.")
    facts = long_text(help_text="What happened, as far as you know. Sealed.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["laws"].choices = [(code, rules.latest(code).name) for code in law.known()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing is discovered before it happened."""
        said = super().clean() or {}
        happened, discovered = said.get("occurred_at"), said.get("discovered_at")
        if happened and discovered and happened > discovered:
            self.add_error("occurred_at", "It cannot have happened after it was discovered.")
        return said


class AboutForm(forms.Form):
    """Nothing but the button; every form about an incident knows which."""

    def __init__(self, *args: Any, about: Incident, **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about


class EntryForm(AboutForm):
    """Something for the timeline."""

    kind = forms.ChoiceField(
        choices=[
            (kind.value, kind.label)
            for kind in (IncidentEntry.Kind.NOTED, IncidentEntry.Kind.CONTAINED)
        ],
        widget=forms.RadioSelect,
        initial=IncidentEntry.Kind.NOTED,
    )
    at = PastField(label="When", required=False, help_text="Empty means: now.")
    text = long_text()


def _yes_or_no(label: str, *, help_text: str = "") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=_YES_OR_NO,
        widget=forms.RadioSelect,
        coerce=lambda said: said == "yes",
        help_text=help_text,
    )


class AssessForm(AboutForm):
    """The questions of the laws that apply; from the answers follows a proposal."""

    people = forms.IntegerField(
        label="How many people are affected?",
        min_value=0,
        required=False,
        help_text="Empty if you do not know.",
    )
    many = _yes_or_no(
        "If you do not know: do you believe that they are 500 or more?",
        help_text="Unknown and believed to be 500 or more counts as 500 (PDPA s 26B(3)).",
    )
    inside = _yes_or_no("Did the data stay inside the organisation?")
    harm = _yes_or_no(
        "Is significant harm likely, or is the data of a kind that the regulations name?",
        help_text="Names or identity numbers together with health, money or passwords, for example.",
    )
    risk = forms.ChoiceField(
        label="How likely is a risk to the rights and freedoms of people?",
        choices=[
            (law.Risk.UNLIKELY.value, "Unlikely"),
            (law.Risk.RISK.value, "There is a risk"),
            (law.Risk.HIGH.value, "The risk is high"),
        ],
        widget=forms.RadioSelect,
    )
    unreadable = _yes_or_no(
        "Was the data protected so that nobody can read it?", help_text="Encrypted, for example."
    )
    remedied = _yes_or_no("Does what you did since make the harm or the high risk unlikely?")
    text = long_text(
        label="Facts", help_text="On which your answers rest: which data, which effects. Sealed."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rules = {law.known()[code].threshold is not None for code in self.about.laws}
        unasked = ([] if True in rules else ["many", "inside", "harm"]) + (
            [] if False in rules else ["risk"]
        )
        for name in unasked:
            del self.fields[name]

    def answers(self) -> law.Answers:
        """As the law's rules take them; what no law asked is answered with no."""
        said = self.cleaned_data
        return law.Answers(
            inside=said.get("inside", False),
            people=said["people"],
            many=said.get("many", False),
            harm=said.get("harm", False),
            risk=law.Risk(said.get("risk", law.Risk.UNLIKELY)),
            unreadable=said["unreadable"],
            remedied=said["remedied"],
        )


class DecideForm(AboutForm):
    """Whom to tell under each law; it begins with what is proposed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in incidents.proposals(self.about):
            for whom, told in (("authority", one.authority), ("people", one.people)):
                self.fields[f"{whom}_{one.law}"] = forms.BooleanField(
                    label=f"{one.law}: tell {'the authority' if whom == 'authority' else 'the people'}",
                    required=False,
                    initial=told,
                    help_text=" ".join(one.why) if whom == "authority" else "",
                )
        self.fields["reason"] = long_text(
            required=False, help_text="Needed where you decide otherwise than proposed. Sealed."
        )

    def told(self) -> dict[str, dict[str, bool]]:
        """The decision by law."""
        return {
            one.law: {
                whom: self.cleaned_data[f"{whom}_{one.law}"] for whom in ("authority", "people")
            }
            for one in incidents.proposals(self.about)
        }


class AuthorityForm(AboutForm):
    """That an authority was told."""

    code = forms.ChoiceField(label="Law")
    at = PastField(label="When")
    text = long_text(
        label="What it was told",
        help_text="With the reference that it gave. What follows later is written down as another notice.",
    )
    late_because = long_text(label="If it was late: why", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].choices = [(code, rules.latest(code).name) for code in self.about.laws]  # type: ignore[attr-defined]


class ReasonForm(AboutForm):
    """A reason for the file."""

    reason = long_text(help_text="Sealed.")


class FactsForm(forms.Form):
    """What happened."""

    text = long_text(
        label="What happened",
        help_text="To whom the answer went, and what it held. Sealed with the incident.",
    )
