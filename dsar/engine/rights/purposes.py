"""What objection, restriction and withdrawal share: they act on purposes, through the registers that the gate asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import asked as asking
from dsar.cases import subjects, wording
from dsar.cases.states import ObjectionScope, Outcome, Right
from dsar.contract import people, registry
from dsar.contract.people import Guest
from dsar.contract.vocabulary import Channel
from dsar.crashpoints import effect
from dsar.engine import answering, facts, leases, suppressing, telling
from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.registers.people import Person


_TOLD = frozenset({Right.RESTRICTION, Right.CONSENT_WITHDRAWAL})
"""Of these, whoever has the data hears too (GDPR Art. 19, PDPA s 16(4))."""
_NO_CONSEQUENCE = "Nothing else changes for you."


class NobodyError(RuntimeError):
    """The case is about nobody who has an account: no register can speak of them."""


def person_of(request: Request) -> Person:
    """The key of the person whom the registers are to speak of."""
    if request.case.subject_id is None:
        raise NobodyError
    return request.case.subject_id


def guest_of(request: Request) -> Guest | None:
    """The person without account whom a request is about; what needs no proof reaches the address it came from."""
    person = subjects.of(request.case)
    if person is not None:
        return person if isinstance(person, Guest) else None
    address = subjects.addressed(request.case)
    return people.guest((address,)) if "@" in address else None


def account_of(request: Request, guest: Guest) -> Person | None:
    """An account with the address of somebody who needed no proof: what they say against a use counts there too."""
    if subjects.of(request.case) is not None:
        return None
    found: Person | None = facts.account_of(guest.addresses[0])
    return found


def suppress(request: Request, guest: Guest, *, channels: frozenset[Channel] | None = None) -> None:
    """Stop purposes for a person without account: no register knows them, so what reaches them is suppressed.

    Without named purposes everything stops that asks before it uses an address. Where no channel is named, it is
    those that the purposes use.
    """
    known = registry.current().purposes
    if channels is None:
        used = {one for code in named(request) for one in known[code].channels}
        channels = frozenset(used or Channel)
    scopes = named(request) or [suppression.EVERYTHING]
    if any(known[code].marketing for code in named(request)):
        scopes.append(suppression.MARKETING)
    for channel in sorted(channels):
        reached = suppressing.reaching(guest, channel)
        for scope in scopes:
            suppression.add_all(reached, channel=channel, scope=scope, request=request.pk)


def named(request: Request) -> list[str]:
    """The purposes that the request names."""
    return sorted(request.scope.get("purposes", []))


def steps(codes: Sequence[str], *, action: str) -> list[dict[str, Any]]:
    """One step a purpose; an empty code stands for all processing."""
    return [
        {
            "action": action,
            "purpose": code,
            "expected": 1,
            "reason": f"{action.capitalize()}: {_label(code)}. {_consequence(code)}".strip(),
        }
        for code in codes
    ]


def _label(code: str) -> str:
    known = registry.current().purposes.get(code)
    return known.label if known else "all processing but storage"


def _consequence(code: str) -> str:
    known = registry.current().purposes.get(code)
    return known.consequence if known else ""


def content(codes: Sequence[str]) -> dict[str, Any]:
    """What the answer says: each purpose by its name, and what stopping it costs (PDPA s 16(2)).

    Every part that an answer to an objection, a restriction or a withdrawal owes; a letter shows those of its right.
    """
    acted_on = list(codes) or [""]
    labels = [_label(code) for code in acted_on]
    processors = sorted({name for code in acted_on for name in _processors(code)})
    now = timezone.now()
    return {
        "purposes": labels,
        "covers": labels,
        "consequences": [_consequence(code) or _NO_CONSEQUENCE for code in acted_on],
        "processors": processors,
        "recipients": processors,
        "effective_at": now,
        "starts_at": now,
    }


def _processors(code: str) -> list[str]:
    """Whoever works on our behalf and must stop too (PDPA s 16(4))."""
    known = registry.current().purposes.get(code)
    return [one.name for one in known.recipients if one.role == "processor"] if known else []


def apply_and_close(request: Request, *, apply: Callable[[Request], None]) -> None:
    """Make it true and say so; the caller holds the request's row and the transaction."""
    apply(request)
    acted_on = named(request)
    if request.right in _TOLD:
        telling.open_tasks(request)
    request.result = {"purposes": acted_on}
    answering.close(request, content=_said(request, acted_on), outcome=Outcome.FULFILLED)


def _said(request: Request, acted_on: Sequence[str]) -> dict[str, Any]:
    """The answer's content; of advertising it names the channels that it stopped in (R113)."""
    said = content(acted_on)
    if request.scope.get("objection") == ObjectionScope.MARKETING:
        stopped = asking.channels(request.scope)
        told = "everywhere" if stopped == frozenset(Channel) else min(stopped).value
        sentence = wording.sentence(f"stops_{told}", language=request.case.language)
        said["purposes"].append(sentence)
    return said


def run(lease: Lease, *, apply: Callable[[Request], None]) -> None:
    """The same from a worker, behind the fence."""
    with effect("purposes.apply"), transaction.atomic():
        apply_and_close(leases.fence(lease), apply=apply)
