"""What can be done with an incident: each act with its question, when it fits, and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsar.duties import incidents
from dsar.staff.incident_forms import (
    AboutForm,
    AssessForm,
    AuthorityForm,
    DecideForm,
    EntryForm,
    ReasonForm,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.actors import Actor
    from dsar.registers.incident_models import Incident


@dataclass(frozen=True, kw_only=True)
class IncidentAct:
    """One button of an incident's page."""

    name: str
    label: str
    says: str
    do: Callable[[Incident, Any, Actor], object]
    form: type[AboutForm] = AboutForm
    fits: Callable[[Incident], bool] = lambda _: True

    def is_open(self, incident: Incident) -> bool:
        """Whether it can be done now."""
        return incident.closed_at is None and self.fits(incident)


def _note(incident: Incident, form: Any, actor: Actor) -> object:
    said = form.cleaned_data
    kind = incidents.Kind(said["kind"])
    return incidents.note(incident, text=said["text"], at=said["at"], kind=kind, actor=actor)


def _assess(incident: Incident, form: Any, actor: Actor) -> object:
    said = form.cleaned_data
    return incidents.assess(incident, answers=form.answers(), text=said["text"], actor=actor)


def _decide(incident: Incident, form: Any, actor: Actor) -> object:
    reason = form.cleaned_data["reason"]
    return incidents.decide(incident, told=form.told(), reason=reason, actor=actor)


ACTS: tuple[IncidentAct, ...] = (
    IncidentAct(
        name="note",
        label="Add to the timeline",
        says="What was found out, or what was done to contain it. Entries are never changed.",
        do=_note,
        form=EntryForm,
    ),
    IncidentAct(
        name="assess",
        label="Assess",
        says="From your answers follows whom the laws want told. You decide in the next step.",
        do=_assess,
        form=AssessForm,
        fits=lambda incident: bool(incident.laws),
    ),
    IncidentAct(
        name="decide",
        label="Decide whom to tell",
        says="The boxes stand as the answers propose. With this the assessment ends, and its days count from now.",
        do=_decide,
        form=DecideForm,
        fits=lambda incident: incident.answers is not None,
    ),
    IncidentAct(
        name="authority",
        label="Authority told",
        says="Tell the authority on its own page, and write it down here.",
        do=lambda incident, form, actor: incidents.tell_authority(
            incident, actor=actor, **form.cleaned_data
        ),
        form=AuthorityForm,
        fits=lambda incident: bool(incident.laws),
    ),
    IncidentAct(
        name="close",
        label="Close",
        says="The register keeps the incident; nothing more is written to it.",
        do=lambda incident, form, actor: incidents.close(
            incident, reason=form.cleaned_data["reason"], actor=actor
        ),
        form=ReasonForm,
        fits=lambda incident: not incidents.owed(incident),
    ),
)


def open_to(incident: Incident) -> list[IncidentAct]:
    """The acts that fit, in the order of the buttons."""
    return [act for act in ACTS if act.is_open(incident)]


def named(name: str) -> IncidentAct | None:
    """The act with this name."""
    return next((act for act in ACTS if act.name == name), None)
