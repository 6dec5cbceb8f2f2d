"""File a case: what was asked, when it is due, how to answer, and the receipt, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import asked as asking
from dsar.cases import (
    claims,
    contents,
    corrections,
    deadlines,
    earlier,
    identity,
    letters,
    minors,
    notes,
    person,
    repeats,
)
from dsar.cases.asked import Asked, IntakeError, Proposal
from dsar.cases.identity_models import Claim
from dsar.cases.models import Case, Letter, Request
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.keys.models import Key
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import minors as register
from dsar.registers import policies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from dsar.cases.actors import Actor
    from dsar.cases.claims import Said

__all__ = ["Asked", "IntakeError", "Proposal", "file"]


_PROVE = (
    "We have mailed a link to the address that you gave. Please press the button behind it, so that we know that the "
    "address is yours. If we need anything else, we will say what and why."
)


def file(  # noqa: PLR0913 - a submission has as many parts as the law asks for.
    *,
    subject: AbstractBaseUser | None,
    asked: Sequence[Asked],
    channel: str,
    language: str,
    contact: str,
    actor: Actor,
    received_at: datetime | None = None,
    authenticated_at: datetime | None = None,
    residence: str = "",
    claim: Said | None = None,
    continues: Case | None = None,
) -> Case:
    """File what a person asks and return the case, whose requests are all `submitted`.

    `contact` is the address that answers go to; it is sealed. `authenticated_at` is when the requester last proved
    who they are: fresh enough, the case is verified. `residence` (ISO country code) attaches the laws of that place.
    `claim` is what somebody without log-in says of themselves.
    `received_at` may lie in the past for what came by post (R10). A repeat is recorded, never refused (R18).
    Raises IntakeError with a message per field, and then nothing is written.
    """
    arrived = _arrival(received_at, contact=contact)
    regimes = deadlines.attached(residence, received_at=arrived)
    if claim is not None:
        asked = minors.wanted(claim.relation, asked)
    wanted = asking.understood(asked, regimes=regimes)
    with effect("case.write"), transaction.atomic():
        key = box.create(Key.Kind.CASE)
        case = Case(
            subject_id=subject.pk if subject else None,
            channel=channel,
            language=language,
            regimes=list(regimes),
            received_at=arrived,
            policy_version=policies.version_in_force(arrived),
            key=key,
            contact=box.seal(key, contact.encode()),
        )
        if claim is not None:
            case.subject_relation = claim.relation
            case.address_digest = claims.digest(claim.address or contact)
        case.reply_channel = "email" if "@" in contact else "post"
        case.continues = continues
        return _write(case, wanted, actor=actor, authenticated_at=authenticated_at, claim=claim)


def join(case: Case, *, asked: Sequence[Asked], claim: Said, actor: Actor) -> Case:
    """Add what is asked to a case that is open already, without another receipt; nothing is asked twice."""
    wanted = asking.understood(minors.wanted(claim.relation, asked), regimes=case.regimes)
    there = list(case.requests.values_list("right", "scope"))
    fresh = list(_not_asked_yet(case, wanted, there=there))
    with effect("case.join"), transaction.atomic():
        requests = Request.objects.bulk_create(
            [
                _request(case, one, number=there.count((one.right, dict(one.scope))) + 1)
                for one in fresh
            ]
        )
        for request, one in zip(requests, fresh, strict=True):
            corrections.propose(request, one.corrections)
        _witness(case, requests, actor=actor)
        if claim.text:
            notes.write(case, text=claim.text, actor=actor)
        if claim.relation in Claim.FOR_OTHERS:
            # The case speaks of whoever it was opened for; staff see that this is about somebody else.
            notes.write(case, text=_for_another(claim), actor=actor)
    return case


def _for_another(claim: Said) -> str:
    lines = [f"{claim.for_name} <{claim.for_address}>", claim.affirmed]
    return "\n".join(filter(None, lines))


def _not_asked_yet(
    case: Case, wanted: Iterable[Asked], *, there: Sequence[tuple[str, dict[str, Any]]]
) -> Iterator[Asked]:
    """What a case does not have; of a further correction, the values that it does not ask for already."""
    proposed = corrections.proposed(case) if any(one.corrections for one in wanted) else []
    for one in wanted:
        if (one.right, dict(one.scope)) not in there:
            yield one
        elif further := tuple(each for each in one.corrections if _value(each) not in proposed):
            yield replace(one, corrections=further)


def _value(proposal: Proposal) -> tuple[str, str, str, Any]:
    return proposal.declaration, proposal.row, proposal.field, proposal.new


def _arrival(received_at: datetime | None, *, contact: str) -> datetime:
    """When it arrived; what is sent to nobody or comes from the future is refused."""
    now = timezone.now()
    errors = {} if contact.strip() else {"contact": "Say where the answer should go."}
    if received_at is not None and received_at > now:
        errors["received_at"] = "This lies in the future."
    if errors:
        raise IntakeError(errors)
    return received_at or now


def _write(
    case: Case,
    wanted: list[Asked],
    *,
    actor: Actor,
    authenticated_at: datetime | None,
    claim: Said | None,
) -> Case:
    if case.subject_id is not None:
        # A deletion that is about to start waits for this filing, or this filing for its start.
        person.lock(case.subject_id)
    changed = earlier.changes(case.subject_id)
    identity.recognise(
        case,
        actor=actor,
        authenticated_at=authenticated_at,
        rights=[one.right for one in wanted],
        changes=changed,
    )
    case.save(force_insert=True)
    requests = Request.objects.bulk_create([_request(case, one) for one in wanted])
    for request, one in zip(requests, wanted, strict=True):
        corrections.propose(request, one.corrections)
    evidence = _witness(case, requests, actor=actor)
    earlier.wake_for(case, changed)
    if case.verified_at is None:
        earlier.wake_for(case, changed, earlier.ASK)
    # The receipt names the entries that witness it, so that nobody can leave them out later.
    rights = contents.asked_for(requests)
    said: dict[str, Any] = {
        "rights": [
            one | {"ledger_entry": entry} for one, entry in zip(rights, evidence, strict=True)
        ]
    }
    if claim is not None:
        claims.keep(case, claim)
        said["verification"] = _PROVE
        _note_report(case, requests)
    letters.write(case, kind=Letter.Kind.RECEIPT, content=said)
    return case


def _note_report(case: Case, requests: list[Request]) -> None:
    """Enter a report about a minor, for staff to look at the same day."""
    for request in requests:
        if minors.is_report(case.subject_relation, request.right):
            register.open_report(
                case.pk,
                reported_at=case.received_at,
                triage_on=deadlines.day_of(case.received_at),
                target_on=deadlines.minor_target(request),
            )


def _request(case: Case, one: Asked, *, number: int = 1) -> Request:
    request = Request(case=case, right=one.right, scope=dict(one.scope), round=number)
    deadlines.set_on(request)
    return request


def _witness(case: Case, requests: list[Request], *, actor: Actor) -> list[str]:
    """Write an entry a request, and return their hashes."""
    seen = repeats.rights_asked_lately(case)
    hashes = []
    for request in requests:
        entry = log.append(
            Tag.REQUEST_SUBMITTED,
            request=request.pk,
            case=str(case.pk),
            reference=case.reference,
            relation=case.subject_relation,
            right=str(request.right),
            channel=str(case.channel),
            regimes=list(case.regimes),
            rules=request.rule_version.split(),
            received=case.received_at.isoformat(),
            **deadlines.witnessed(request),
            repeat=request.right in seen,
            **actor.witnessed(case),
        )
        hashes.append(entry)
        if case.verified_at:
            identity.witness(request, actor=actor)
    return hashes
