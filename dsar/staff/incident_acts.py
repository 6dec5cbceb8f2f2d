"""What can be done with an incident: each act with its question, when it fits, and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsar.duties import affected, incident_closing, incident_letters, incidents
from dsar.staff.incident_forms import (
    AboutForm,
    AssessForm,
    AuthorityForm,
    DecideForm,
    EntryForm,
    ReasonForm,
)
from dsar.staff.incident_letter_forms import LetterForm, PeopleForm, ReleaseForm

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


def _find(incident: Incident, form: Any, actor: Actor) -> object:
    found = []
    if labels := form.cleaned_data["records"]:
        found.append(f"By records: {affected.find(incident, labels=labels, actor=actor)} more.")
    if listed := form.listed():
        new, unknown = affected.add(incident, listed=listed, actor=actor)
        found.append(f"By the list: {new} more.")
        found += [f"{unknown} words were no address and no account."] if unknown else []
    return " ".join(found)


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
        name="people",
        label="Find people",
        says="Whom it concerns: by the records that were hit, by a list, or both. Nobody is counted twice.",
        do=_find,
        form=PeopleForm,
    ),
    IncidentAct(
        name="letter",
        label="Write the letter",
        says="What people are told, the same for everybody: name nobody in it. Reference and contact are added.",
        do=lambda incident, form, actor: incident_letters.write(
            incident, said=form.said(), actor=actor
        ),
        form=LetterForm,
        fits=lambda incident: incident.released_at is None,
    ),
    IncidentAct(
        name="release",
        label="Send the letters",
        says="Everybody who was found gets one mail. It waits for the authorities that are to be told.",
        do=lambda incident, form, actor: incident_letters.release(
            incident, actor=actor, **form.cleaned_data
        ),
        form=ReleaseForm,
        fits=lambda incident: incident.letter is not None and incident.released_at is None,
    ),
    IncidentAct(
        name="again",
        label="Try letters again",
        says="Of these letters it is not known whether they left. Some people may get theirs twice.",
        do=lambda incident, form, actor: incident_letters.try_again(
            incident, reason=form.cleaned_data["reason"], actor=actor
        ),
        form=ReasonForm,
        fits=lambda incident: bool(incident_letters.counted(incident)["unsure"]),
    ),
    IncidentAct(
        name="stop",
        label="Hold letters back",
        says="Letters that have not left stay until you send them.",
        do=lambda incident, form, actor: incident_letters.hold_back(
            incident, reason=form.cleaned_data["reason"], actor=actor
        ),
        form=ReasonForm,
        fits=lambda incident: incident.released_at is not None,
    ),
    IncidentAct(
        name="close",
        label="Close",
        says="The register keeps the incident; nothing more is written to it.",
        do=lambda incident, form, actor: incident_closing.close(
            incident, reason=form.cleaned_data["reason"], actor=actor
        ),
        form=ReasonForm,
        fits=lambda incident: not incident_closing.owed(incident),
    ),
)


def open_to(incident: Incident) -> list[IncidentAct]:
    """The acts that fit, in the order of the buttons."""
    return [act for act in ACTS if act.is_open(incident)]


def named(name: str) -> IncidentAct | None:
    """The act with this name."""
    return next((act for act in ACTS if act.name == name), None)
