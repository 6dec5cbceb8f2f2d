"""Tell the people whom an incident concerns: with or after the authority's notice, each once (R165).

A letter that was tried and is not known to have left is never tried again by itself: it is shown, and people decide.
Lists of addresses that want no mail do not hold it back, since the law demands it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from dsar import conf
from dsar.cases import composing, contents, permissions, printing, wording
from dsar.cases.actors import SYSTEM
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.duties import campaigns, incidents
from dsar.duties.campaigns import Campaign
from dsar.duties.incidents import (
    IncidentError,
    Kind,
    NotAssessedError,
    OwedError,
    ReasonNeededError,
)
from dsar.keys import box
from dsar.law import incidents as law
from dsar.registers.incident_models import Incident, IncidentNotice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor

TASK = "dsar.mail_incident"
PARTS = ("what", "data", "effects", "measures", "what_to_do")
"""What the letter says beside reference and contact, in people's own words."""


class IncompleteLetterError(IncidentError):
    """The letter lacks something that it must say in every language."""


class TooEarlyError(IncidentError):
    """The authority is to be told first, or at the same time."""


def write(incident: Incident, *, said: Mapping[str, Mapping[str, str]], actor: Actor) -> None:
    """Write what people are told, in each language; never once it was released."""
    incidents.demand(actor, permissions.APPROVE)
    with effect("incident.write_letter"), transaction.atomic():
        found = incidents.taken(incident)
        if found.notices.filter(attempts__gt=0).exists():
            raise IncidentError("Letters have left: what others are told is the same.")
        plain = json.dumps({language: dict(one) for language, one in said.items()})
        found.letter = box.seal(found.key, plain.encode())
        found.save(update_fields=["letter"])
        text = said.get("en", {}).get("what", "")
        incidents.write(found, Kind.LETTER_WRITTEN, text=text, actor=actor)
    incident.refresh_from_db()


def read(incident: Incident) -> dict[str, dict[str, str]]:
    """What people are told, by language; empty before it is written."""
    if incident.letter is None:
        return {}
    said: dict[str, dict[str, str]] = json.loads(box.unseal(incident.key, incident.letter))
    return said


def lacking(incident: Incident) -> list[str]:
    """What the letter lacks, by name and language."""
    said = read(incident)
    return [
        f"{part.removeprefix('what_').replace('_', ' ')} ({language})"
        for language in wording.LANGUAGES
        for part in contents.missing(
            _content(incident, said.get(language, {}), language=language),
            kind="breach",
            variant="",
            regimes=(),
        )
    ]


def release(incident: Incident, *, at_once: bool, reason: str, actor: Actor) -> None:
    """Let the letters go. Raises TooEarlyError before the authorities are told that are to be.

    `at_once` lets them go before, for a reason, and only where each law whose authority still waits has a rule for it.
    """
    incidents.demand(actor, permissions.APPROVE)
    with effect("incident.release"), transaction.atomic():
        found = incidents.taken(incident)
        if found.assessed_at is None:
            raise NotAssessedError("Decide first who is to be told.")
        if missing := lacking(found):
            raise IncompleteLetterError(f"Missing: {', '.join(missing)}.")
        if not found.notices.exists():
            raise OwedError("Nobody was found yet to whom the letter would go.")
        found.at_once = at_once
        _check_order(found, reason=reason)
        found.released_at = timezone.now()
        found.save(update_fields=["released_at", "at_once"])
        incidents.write(
            found,
            Kind.LETTERS_RELEASED,
            text=reason,
            actor=actor,
            people=found.notices.count(),
            at_once=at_once,
        )
        outbox.wake(TASK, found.pk, queue="mail")
    incident.refresh_from_db()


def hold_back(incident: Incident, *, reason: str, actor: Actor) -> None:
    """Stop the letters that have not left, as an authority may ask (PDPA s 26D(6), (7))."""
    incidents.demand(actor, permissions.APPROVE)
    with effect("incident.hold_back"), transaction.atomic():
        found = incidents.taken(incident)
        found.released_at = None
        found.save(update_fields=["released_at"])
        incidents.write(found, Kind.NOTED, text=f"Letters held back. {reason}", actor=actor)
    incident.refresh_from_db()


def try_again(incident: Incident, *, reason: str, actor: Actor) -> int:
    """Let the letters be tried once more of which it is not known whether they left; some may come twice."""
    incidents.demand(actor, permissions.APPROVE)
    with effect("incident.try_again"), transaction.atomic():
        found = incidents.taken(incident)
        unsure = _unsure(found).filter(campaigns.unclaimed())
        number = unsure.update(allowed=F("attempts") + 1)
        incidents.write(
            found, Kind.NOTED, text=f"{number} letters are tried again. {reason}", actor=actor
        )
        outbox.wake(TASK, found.pk, queue="mail")
    return number


def send(pk: int) -> int:
    """Mail the letters that wait, if they may go; how many left. Safe to run again, and by several at once."""
    incident = Incident.objects.select_related("key").filter(pk=pk, closed_at=None).first()
    if incident is None or incident.released_at is None or not _may_go(incident):
        return 0
    name = conf.get("ORGANISATION").get("name", "")
    mailed = campaigns.run(
        Campaign(
            waiting=_waiting(incident),
            addresses=lambda claimed: _addresses(incident, claimed),
            subject=f"{name}: what happened to your data",
            text=text(incident),
        )
    )
    if mailed:
        _note(incident, mailed=mailed)
    return mailed


def sweep() -> int:
    """Wake the letters that were released and have not left; of how many incidents."""
    released = Incident.objects.filter(released_at__isnull=False, closed_at__isnull=True)
    waiting = [one.pk for one in released if _waiting(one).exists()]
    for pk in waiting:
        outbox.wake(TASK, pk, queue="mail")
    return len(waiting)


def text(incident: Incident) -> str:
    """The letter in every language; it is the same for everybody and names nobody."""
    said = read(incident)
    return "\n\n---\n\n".join(
        printing.as_page(
            composing.compose(
                _content(incident, said[language], language=language),
                kind="breach",
                variant="",
                regimes=(),
                language=language,
                version=wording.VERSION,
            ),
            version=wording.VERSION,
        ).text.strip()
        for language in wording.LANGUAGES
        if said.get(language)
    )


def counted(incident: Incident) -> dict[str, int]:
    """How many people stand where: told, waiting, tried without knowing, without an address."""
    tried = Q(mailed_at__isnull=True, attempts__gte=F("allowed"))
    reached = Q(_has_address())
    return incident.notices.aggregate(
        people=Count("pk"),
        told=Count("pk", filter=Q(mailed_at__isnull=False)),
        unsure=Count("pk", filter=tried),
        waiting=Count("pk", filter=Q(mailed_at__isnull=True) & ~tried & reached),
        unreachable=Count("pk", filter=Q(mailed_at__isnull=True) & ~tried & ~reached),
    )


def owed(incident: Incident) -> list[str]:
    """What of the letters is still owed, in words."""
    found = counted(incident)
    asked = any(one["people"] for one in incident.decided.values())
    missing = []
    if asked and not found["people"]:
        missing.append("Nobody was found yet whom it concerns.")
    if (asked or incident.released_at) and found["waiting"]:
        missing.append(f"{found['waiting']} people wait for their letter.")
    if found["unsure"]:
        missing.append(f"Of {found['unsure']} letters it is not known whether they left.")
    return missing


def _content(incident: Incident, said: Mapping[str, str], *, language: str) -> dict[str, Any]:
    """What is written, with what every such letter says; a part of it is for who cares for a child (R142)."""
    known = {
        "reference": str(incident.pk),
        "contact": contents.contact(),
        "for_guardian": wording.sentence("for_guardian", language=language),
    }
    return known | {part: said.get(part, "").strip() for part in PARTS}


def _check_order(incident: Incident, *, reason: str) -> None:
    if not _may_go(incident):
        waiting = ", ".join(sorted(incidents.authorities_untold(incident)))
        raise TooEarlyError(f"The authority is to be told first: {waiting}.")
    if incident.at_once and incidents.authorities_untold(incident) and not reason.strip():
        raise ReasonNeededError("Say why people must know before the authority does.")


def _may_go(incident: Incident) -> bool:
    """Nobody's letter goes before the authority's notice, unless each law lets it and somebody said so."""
    untold = incidents.authorities_untold(incident)
    return not untold or (incident.at_once and all(law.known()[code].at_once for code in untold))


def _has_address() -> Q:
    email = get_user_model().get_email_field_name()
    users = get_user_model()._base_manager.filter(pk=OuterRef("subject")).exclude(**{email: ""})
    return Q(address__isnull=False) | Q(Exists(users))


def _waiting(incident: Incident) -> QuerySet[IncidentNotice]:
    waiting = incident.notices.filter(mailed_at__isnull=True, attempts__lt=F("allowed"))
    return waiting.filter(_has_address())


def _unsure(incident: Incident) -> QuerySet[IncidentNotice]:
    return incident.notices.filter(mailed_at__isnull=True, attempts__gte=F("allowed"))


def _addresses(incident: Incident, claimed: Sequence[IncidentNotice]) -> dict[int, str]:
    email = get_user_model().get_email_field_name()
    holders = {one.subject_id: one.pk for one in claimed if one.subject_id is not None}
    users = get_user_model()._base_manager.filter(pk__in=holders)
    found = {holders[key]: to for key, to in users.values_list("pk", email) if to}
    sealed = {one.pk: one.address for one in claimed if one.address is not None}
    return found | {
        pk: box.unseal(incident.key, address).decode() for pk, address in sealed.items()
    }


def _note(incident: Incident, *, mailed: int) -> None:
    found = counted(incident)
    with effect("incident.note_letters"), transaction.atomic():
        incidents.write(
            incident,
            Kind.LETTERS_SENT,
            text=f"{mailed} letters left.",
            actor=SYSTEM,
            mailed=mailed,
            waiting=found["waiting"],
            unsure=found["unsure"],
        )
