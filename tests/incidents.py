"""Incidents for tests: plainly fictional, entered by a data protection officer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.utils import timezone

from dsar.cases.actors import Actor, ActorKind
from dsar.duties import affected, incident_letters, incidents
from dsar.law.incidents import Answers, Risk
from dsar.registers.incident_models import Incident
from tests.cast import person
from tests.faces import GROUPS

if TYPE_CHECKING:
    from datetime import datetime

SECRET = "Somebody took the ledger of loans home."


def staff(role: str, name: str = "") -> Actor:
    """Somebody of a role of the house."""
    user: Any = person(name or role, is_staff=True)
    if role in GROUPS:
        user.groups.add(Group.objects.get(name=GROUPS[role]))
    return Actor(kind=ActorKind.STAFF, user=user)


def entered(officer: Actor, *laws: str, discovered_at: datetime | None = None) -> Incident:
    """An incident that was discovered an hour ago."""
    return incidents.open_(
        kind=Incident.Kind.DISCLOSED,
        laws=laws or ("SG",),
        discovered_at=discovered_at or timezone.now() - timedelta(hours=1),
        facts=SECRET,
        actor=officer,
    )


def answers(**said: Any) -> Answers:
    """Harmful and of high risk, unless said otherwise."""
    known: dict[str, Any] = {
        "inside": False,
        "people": 2,
        "many": False,
        "harm": True,
        "risk": Risk.HIGH,
        "unreadable": False,
        "remedied": False,
    }
    return Answers(**known | said)


def decided(incident: Incident, officer: Actor, **said: Any) -> Incident:
    """Assess it, and decide as is proposed."""
    incidents.assess(incident, answers=answers(**said), text="Names and loans.", actor=officer)
    told = {
        one.law: {"authority": one.authority, "people": one.people}
        for one in incidents.proposals(incident)
    }
    incidents.decide(incident, told=told, reason="", actor=officer)
    return incident


def authority_told(incident: Incident, officer: Actor, *codes: str) -> None:
    """Tell the authority of each law."""
    for code in codes or incident.laws:
        incidents.tell_authority(
            incident, code=code, at=timezone.now(), text="Reference X-1.", actor=officer
        )


def letter(**said: str) -> dict[str, dict[str, str]]:
    """A letter that lacks nothing."""
    english = {
        "what": "A laptop was stolen.",
        "data": "Names and loans.",
        "effects": "Somebody may write in our name.",
        "measures": "It is locked from afar.",
        "what_to_do": "Trust no mail that asks for money.",
    }
    return {"en": english | said, "zh-hans": dict.fromkeys(english, "一台笔记本电脑被盗。")}


def ready(officer: Actor, people: Any, *laws: str) -> Incident:
    """An incident that was decided on, with its letter written and these people found."""
    incident = decided(entered(officer, *laws), officer)
    affected.add(incident, listed="\n".join(one.email for one in people), actor=officer)
    incident_letters.write(incident, said=letter(), actor=officer)
    return incident


def released(officer: Actor, people: Any) -> Incident:
    """The same, with the authority told and the letters let go."""
    incident = ready(officer, people)
    authority_told(incident, officer)
    incident_letters.release(incident, at_once=False, reason="", actor=officer)
    return incident
