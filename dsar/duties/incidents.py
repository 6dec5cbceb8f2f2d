"""What is done with an incident, each in one transaction with its entry in the timeline and in the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import deadlines, permissions
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.law import incidents as law
from dsar.law import rules
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.incident_models import Incident, IncidentEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from dsar.cases.actors import Actor

Kind = IncidentEntry.Kind

_TAGS = {
    Kind.OPENED: Tag.INCIDENT_OPENED,
    Kind.NOTED: Tag.INCIDENT_NOTED,
    Kind.CONTAINED: Tag.INCIDENT_NOTED,
    Kind.LETTER_WRITTEN: Tag.INCIDENT_NOTED,
    Kind.ASSESSED: Tag.INCIDENT_ASSESSED,
    Kind.DECIDED: Tag.INCIDENT_DECIDED,
    Kind.AUTHORITY_TOLD: Tag.INCIDENT_AUTHORITY_TOLD,
    Kind.PEOPLE_FOUND: Tag.INCIDENT_PEOPLE_FOUND,
    Kind.LETTERS_RELEASED: Tag.INCIDENT_LETTERS_RELEASED,
    Kind.LETTERS_SENT: Tag.INCIDENT_LETTERS_SENT,
    Kind.CLOSED: Tag.INCIDENT_CLOSED,
}


class IncidentError(Exception):
    """This cannot be done with the incident."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class NotAllowedError(IncidentError):
    """Only a data protection officer does this."""


class ClosedError(IncidentError):
    """The incident is closed."""


class NotAssessedError(IncidentError):
    """Answer the questions of the assessment first."""


class ReasonNeededError(IncidentError):
    """Say why."""


class OwedError(IncidentError):
    """Something is still owed."""


def open_(  # noqa: PLR0913 - what is known at the beginning is said whole.
    *,
    kind: Incident.Kind,
    laws: Iterable[str],
    discovered_at: datetime,
    facts: str,
    actor: Actor,
    occurred_at: datetime | None = None,
    grounds_at: datetime | None = None,
) -> Incident:
    """Enter an incident; without `grounds_at` there were credible grounds as soon as it was discovered."""
    demand(actor, permissions.APPROVE)
    return enter(
        actor=actor,
        facts=facts,
        kind=kind,
        laws=list(laws),
        discovered_at=discovered_at,
        occurred_at=occurred_at,
        grounds_at=grounds_at or discovered_at,
    )


def enter(*, actor: Actor, facts: str, **known: Any) -> Incident:
    """Enter an incident for whoever was found to be allowed to."""
    with effect("incident.open"), transaction.atomic():
        incident = Incident.objects.create(key=box.create(Key.Kind.INCIDENT), **known)
        write(
            incident, Kind.OPENED, text=facts, actor=actor, kind=incident.kind, laws=incident.laws
        )
    return incident


def note(
    incident: Incident,
    *,
    text: str,
    actor: Actor,
    kind: IncidentEntry.Kind = Kind.NOTED,
    at: datetime | None = None,
) -> IncidentEntry:
    """Write down what was found out, or what was done to contain it."""
    demand(actor, permissions.APPROVE)
    with effect("incident.note"), transaction.atomic():
        return write(taken(incident), kind, text=text, actor=actor, at=at)


def assess(incident: Incident, *, answers: law.Answers, text: str, actor: Actor) -> IncidentEntry:
    """Keep the answers from which a proposal follows; they may be given anew while it is open."""
    demand(actor, permissions.APPROVE)
    with effect("incident.assess"), transaction.atomic():
        found = taken(incident)
        found.answers = asdict(answers)
        found.save(update_fields=["answers"])
        told = {name: value for name, value in found.answers.items() if value is not None}
        entry = write(found, Kind.ASSESSED, text=text, actor=actor, **told)
    incident.refresh_from_db()
    return entry


def proposals(incident: Incident) -> list[law.Proposal]:
    """Whom each law wants told, by the answers; none before they are given."""
    if incident.answers is None:
        return []
    said = incident.answers | {"risk": law.Risk(incident.answers["risk"])}
    return law.propose(incident.laws, answers=law.Answers(**said))


def decide(
    incident: Incident, *, told: Mapping[str, Mapping[str, bool]], reason: str, actor: Actor
) -> IncidentEntry:
    """Decide for each law whether the authority and whether people are told; another way than proposed needs a reason.

    The first decision that an authority is to be told ends the assessment: from then on its days count.
    """
    demand(actor, permissions.APPROVE)
    with effect("incident.decide"), transaction.atomic():
        found = taken(incident)
        if found.answers is None:
            raise NotAssessedError
        asked = {
            one.law: {"authority": one.authority, "people": one.people} for one in proposals(found)
        }
        decided = {code: dict(told[code]) for code in asked}
        if decided != asked and not reason.strip():
            raise ReasonNeededError("Say why you decide otherwise than proposed.")
        was_notifiable = any(one["authority"] for one in found.decided.values())
        if found.assessed_at is None or not was_notifiable:
            found.assessed_at = timezone.now()
        found.decided = decided
        found.save(update_fields=["decided", "assessed_at"])
        differs, flat = decided != asked, _flat(decided)
        entry = write(
            found,
            Kind.DECIDED,
            text=_in_words(flat, reason),
            actor=actor,
            differs=differs,
            told=flat,
        )
    incident.refresh_from_db()
    return entry


def tell_authority(  # noqa: PLR0913 - each is a fact of the notice.
    incident: Incident, *, code: str, at: datetime, text: str, actor: Actor, late_because: str = ""
) -> IncidentEntry:
    """Write down that an authority was told, with its reference; once more for each phase (GDPR Art. 33(4)).

    The first notice after its date needs the reasons for the delay (GDPR Art. 33(1)).
    """
    demand(actor, permissions.APPROVE)
    with effect("incident.tell_authority"), transaction.atomic():
        found = taken(incident)
        if code not in found.laws:
            raise IncidentError("This law does not apply to the incident.")
        if at > timezone.now():
            raise IncidentError("The notice was not given yet.")
        due = _authority_due(found, code)
        is_late = code not in authorities_told(found) and due is not None and at > due
        if is_late and not late_because.strip():
            raise ReasonNeededError("The notice was late: say why.")
        return write(
            found,
            Kind.AUTHORITY_TOLD,
            text="\n".join(filter(None, (text, late_because))),
            actor=actor,
            at=at,
            code=code,
            late=is_late,
        )


def decided(incident: Incident) -> list[dict[str, Any]]:
    """The decision under each law, with the authority to tell and where it takes notices."""
    return [
        {
            "law": code,
            **one,
            "name": rules.latest(code).authority,
            "report": law.known()[code].report,
            "letters": law.known()[code].letters,
        }
        for code, one in incident.decided.items()
    ]


def authorities_owed(incident: Incident) -> set[str]:
    """The laws under which it was decided to tell the authority."""
    return {code for code, one in incident.decided.items() if one["authority"]}


def authorities_told(incident: Incident) -> set[str]:
    """The laws whose authority was told."""
    told = incident.entries.filter(kind=Kind.AUTHORITY_TOLD)
    return set(told.values_list("law", flat=True))


def authorities_untold(incident: Incident) -> set[str]:
    """The laws whose authority is still to be told."""
    return authorities_owed(incident) - authorities_told(incident)


def dues(incident: Incident) -> list[law.Due]:
    """The dates that the laws of the incident set."""
    times = law.Times(
        aware=incident.discovered_at, grounds=incident.grounds_at, assessed=incident.assessed_at
    )
    return law.dues(incident.laws, times=times, zone=deadlines.zone())


def timeline(incident: Incident) -> list[dict[str, Any]]:
    """Every entry with its text, in the order in which things happened; without text once the key is destroyed."""
    entries = incident.entries.select_related("written_by").order_by("at", "pk")
    return [{"entry": one, "text": _read(incident, one)} for one in entries]


def _read(incident: Incident, entry: IncidentEntry) -> str:
    try:
        return box.unseal(incident.key, entry.text).decode()
    except box.KeyDestroyedError:
        return ""


def demand(actor: Actor, permission: str) -> None:
    """Refuse whoever lacks a permission: raises NotAllowedError."""
    if not actor.may(permission):
        raise NotAllowedError


def taken(incident: Incident) -> Incident:
    """The incident as it stands, held until the transaction ends; raises ClosedError."""
    found = (
        Incident.objects.select_related("key").select_for_update(of=("self",)).get(pk=incident.pk)
    )
    if found.closed_at is not None:
        raise ClosedError
    return found


def write(  # noqa: PLR0913 - an entry is said whole.
    incident: Incident,
    entry: IncidentEntry.Kind,
    *,
    text: str,
    actor: Actor,
    at: datetime | None = None,
    code: str = "",
    **detail: Any,
) -> IncidentEntry:
    """One entry of the timeline, and beside it one of the ledger that tells who and what, without the words."""
    happened = at or timezone.now()
    if actor.user is not None:
        detail["by"] = box.digest(incident.key, f"user {actor.user.pk}")
    if code:
        detail |= {"law": code, "day": timezone.localdate(happened).isoformat()}
    log.append(
        _TAGS[entry],
        incident=incident.pk,
        entry=entry.value,
        text=box.digest(incident.key, text),
        **detail,
    )
    return IncidentEntry.objects.create(
        incident=incident,
        kind=entry,
        law=code,
        at=happened,
        written_by=actor.user,
        text=box.seal(incident.key, text.encode()),
    )


def _authority_due(incident: Incident, code: str) -> datetime | None:
    return next(
        (one.due for one in dues(incident) if one.law == code and one.step is law.Step.AUTHORITY),
        None,
    )


def _in_words(flat: Mapping[str, str], reason: str) -> str:
    """A decision as the timeline shows it."""
    lines = [
        f"{code}: tell {told.replace('+', ' and ').replace('none', 'nobody')}."
        for code, told in flat.items()
    ]
    return "\n".join(filter(None, [*lines, reason.strip()]))


def _flat(decided: Mapping[str, Mapping[str, bool]]) -> dict[str, str]:
    """The decision as codes, by law: `authority`, `people`, both or none."""
    return {
        code: "+".join(whom for whom, told in one.items() if told) or "none"
        for code, one in decided.items()
    }
