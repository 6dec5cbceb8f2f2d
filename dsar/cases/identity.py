"""How a requester proves who they are; nothing personal goes out before (R29)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import (
    authority,
    claims,
    earlier,
    letters,
    permissions,
    proofs,
    subjects,
    wording,
)
from dsar.cases.actors import ActorKind
from dsar.cases.identity_models import Claim, Proof
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Case, Letter
from dsar.cases.states import State
from dsar.contract import people
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

_TO_ANSWER = timedelta(days=30)
"""How long somebody has to answer what was asked about who they are."""

_PROMPT = timedelta(days=3)
"""How soon after its arrival more may be asked about a request without a warning (R26)."""

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from dsar.cases.actors import Actor
    from dsar.cases.earlier import Changes
    from dsar.cases.models import Request
    from dsar.contract.people import Guest


class Method(StrEnum):
    """How identity was established; the record says how, never with what (R33)."""

    FRESH_LOGIN = "fresh_login"
    STAFF = "staff"
    EMAIL_LINK = "email_link"
    LINK_AND_FACTS = "link_and_facts"
    HUMAN_REVIEW = "human_review"
    EARLIER_ADDRESS = "earlier_address"


class EarlierAddressNeededError(Exception):
    """This account changed lately; we have asked at its earlier address, and go on once it answers."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class AuthorityMissingError(MoveError):
    """Nobody has accepted yet that they may ask for this person."""


class NotFreshError(Exception):
    """The last log-in is too long ago; log in again."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def fresh(authenticated_at: datetime | None) -> bool:
    """Whether a log-in is recent enough to act on personal data (R24)."""
    if authenticated_at is None:
        return False
    age = timezone.now() - authenticated_at
    return timedelta(0) <= age <= timedelta(seconds=conf.get("FRESH_LOGIN_SECONDS"))


def recognise(
    case: Case,
    *,
    actor: Actor,
    authenticated_at: datetime | None,
    rights: Collection[str],
    changes: Changes,
) -> None:
    """Mark a new case as verified where its own account filed it after a fresh log-in; saves nothing.

    Not where the account changed lately and wants what a thief would want: its earlier address is asked first.
    """
    own = _is_own_account(case, actor) and fresh(authenticated_at)
    if own and not (changes.kinds and earlier.is_guarded(rights)):
        case.verified_at = timezone.now()
        case.verification_method = Method.FRESH_LOGIN


def verify(case: Case, *, actor: Actor, authenticated_at: datetime | None = None) -> list[Request]:
    """Establish identity for a filed case and return the requests that waited for it.

    By the person's own account after a fresh log-in, or by staff who know how they established it.
    Raises NotFreshError and NotPermittedError. Doing it again changes nothing.
    """
    method = _method(case, actor=actor, authenticated_at=authenticated_at)
    guest = _claimed(case) if method is Method.STAFF else None
    return _establish(case, method=method, actor=actor, guest=guest)


def agree(case: Case, *, actor: Actor) -> list[Request]:
    """Take the word of the account's earlier address for a case that the account filed after a change."""
    return _establish(case, method=Method.EARLIER_ADDRESS, actor=actor, guest=None)


def doubt(case: Case, *, actor: Actor, reason: str, needed: str = "") -> bool:
    """Note why staff doubt who asks, and ask them by letter for what is needed (R26); whether that comes late.

    Raises NotPermittedError where no reason is given: without doubt nothing more may be asked.
    """
    if not actor.may(permissions.HANDLE) or not reason.strip():
        raise NotPermittedError
    with effect("identity.doubt"), transaction.atomic():
        proofs.note(
            case,
            method=Method.HUMAN_REVIEW,
            result=Proof.Result.DOUBTED,
            actor=actor,
            doubt=reason,
        )
        ask(case, **({"needed": [needed.strip()]} if needed.strip() else {}))
    return timezone.now() - case.received_at > _PROMPT


def ask_for_the_person(case: Case) -> None:
    """Answer a company by asking which natural person it speaks of, once; in the caller's transaction (R144)."""
    if not case.letters.filter(kind=Letter.Kind.IDENTITY).exists():
        said = {"why": "company_why", "clock": "clock_runs"}
        told = {part: wording.sentence(name, language=case.language) for part, name in said.items()}
        needed = [wording.sentence("company_needed", language=case.language)]
        ask(case, needed=needed, **told)


def ask(case: Case, **said: Any) -> None:
    """Ask by letter who it is, in the caller's transaction; `said` takes the place of the standing sentences."""
    until = wording.day(timezone.now() + _TO_ANSWER, language=case.language)
    letters.write(case, kind=Letter.Kind.IDENTITY, content={"deadline": until, **said})


def cannot_read_mailbox(case: Case, *, actor: Actor) -> None:
    """Leave a case to staff whose requester cannot read the mailbox that was asked; no machine decides then."""
    if not actor.is_requester_of(case):
        raise NotPermittedError
    with effect("identity.unreachable"), transaction.atomic():
        proofs.note(case, method=Method.EARLIER_ADDRESS, result=Proof.Result.DOUBTED, actor=actor)


def _claimed(case: Case) -> Guest | None:
    """The person that staff vouch for where there is no account: whom the claim names. Raises AuthorityMissingError."""
    claim = Claim.objects.filter(case=case).first()
    if claim is None or case.subject_id is not None:
        return None
    if authority.is_missing(claim, relation=case.subject_relation):
        raise AuthorityMissingError
    said = claims.opened(case, claim)
    return people.guest((said.subject_address,), names=(said.subject_name,))


def know(case: Case, guest: Guest, *, method: Method, actor: Actor) -> list[Request]:
    """Establish that a case is a guest's, known by what was verified; returns the requests that waited for it.

    The caller has proved it: by a mailed link, by facts, or as staff. Doing it again changes nothing.
    """
    return _establish(case, method=method, actor=actor, guest=guest)


def _establish(case: Case, *, method: Method, actor: Actor, guest: Guest | None) -> list[Request]:
    with effect("identity.verify"), transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).select_related("key").get(pk=case.pk)
        if locked.verified_at is None:
            locked.verified_at, locked.verification_method = timezone.now(), method
            if guest is not None:
                subjects.seal(locked, guest)
            if actor.kind is ActorKind.STAFF:
                proofs.note(locked, method=method, result=Proof.Result.PASSED, actor=actor)
            locked.save(update_fields=["verified_at", "verification_method", "identifiers"])
            for request in locked.requests.all():
                request.case = locked
                witness(request, actor=actor)
        for name in ("verified_at", "verification_method", "identifiers"):
            setattr(case, name, getattr(locked, name))
        return list(locked.requests.filter(state=State.AWAITING_VERIFICATION))


def witness(request: Request, *, actor: Actor) -> None:
    """Write into the ledger how the requester of a request was verified."""
    log.append(
        Tag.REQUEST_VERIFIED,
        request=request.pk,
        method=str(request.case.verification_method),
        **actor.witnessed(request.case),
    )


def _method(case: Case, *, actor: Actor, authenticated_at: datetime | None) -> Method:
    if actor.kind is ActorKind.STAFF and actor.may(permissions.HANDLE):
        return Method.STAFF
    if not _is_own_account(case, actor):
        raise NotPermittedError
    if not fresh(authenticated_at):
        raise NotFreshError
    if earlier.must_be_asked(case, case.requests.values_list("right", flat=True)):
        raise EarlierAddressNeededError
    return Method.FRESH_LOGIN


def _is_own_account(case: Case, actor: Actor) -> bool:
    """The account itself, not the mailed link: a link shows a case, it does not prove an account."""
    return actor.user is not None and actor.is_requester_of(case)
