"""An answer that went to somebody else is an incident (GDPR Art. 4(12), R166)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import permissions
from dsar.contract.people import is_address
from dsar.crashpoints import effect
from dsar.duties import affected, incidents
from dsar.keys import box
from dsar.law import incidents as law
from dsar.registers.incident_models import Incident

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


def report(case: Case, *, facts: str, actor: Actor) -> Incident:
    """Enter that an answer of this case went astray; its person is the first whom the incident concerns.

    Whoever handles the case reports it; what follows is the officer's.
    """
    incidents.demand(actor, permissions.HANDLE)
    now = timezone.now()
    with effect("incident.misdelivery"), transaction.atomic():
        incident = incidents.enter(
            actor=actor,
            facts=facts,
            kind=Incident.Kind.MISDELIVERED,
            laws=_known(case.regimes) or _known(conf.get("REGIMES")),
            discovered_at=now,
            grounds_at=now,
            case_reference=case.pk,
        )
        if case.subject_id is not None:
            affected.add_accounts(incident, [case.subject_id])
        elif address := _address(case):
            affected.add_addresses(incident, [address])
    return incident


def _known(codes: Iterable[str]) -> list[str]:
    return [code for code in codes if code in law.known()]


def _address(case: Case) -> str:
    """Where answers of the case go, if that is a mailbox."""
    try:
        address = box.unseal(case.key, bytes(case.contact)).decode()
    except box.KeyDestroyedError:
        return ""
    return address if is_address(address) else ""
