"""The end of an incident: for a reason, once nothing is owed any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar.cases import permissions
from dsar.crashpoints import effect
from dsar.duties import incident_letters, incidents
from dsar.duties.incidents import Kind, OwedError, ReasonNeededError

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.registers.incident_models import Incident


def close(incident: Incident, *, reason: str, actor: Actor) -> None:
    """Close an incident; raises ReasonNeededError, and OwedError with what is owed."""
    incidents.demand(actor, permissions.APPROVE)
    if not reason.strip():
        raise ReasonNeededError
    with effect("incident.close"), transaction.atomic():
        found = incidents.taken(incident)
        if missing := owed(found):
            raise OwedError(" ".join(missing))
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])
        incidents.write(found, Kind.CLOSED, text=reason, actor=actor)
    incident.refresh_from_db()


def owed(incident: Incident) -> list[str]:
    """What stands between the incident and its end, in words."""
    missing = []
    if incident.laws and incident.assessed_at is None:
        missing.append("Nobody decided yet who is to be told.")
    untold = sorted(incidents.authorities_untold(incident))
    missing += [f"The authority of {code} is to be told." for code in untold]
    return missing + incident_letters.owed(incident)
