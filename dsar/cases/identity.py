"""How a requester proves who they are; nothing personal goes out before (R29)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import permissions, subjects
from dsar.cases.actors import ActorKind
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import datetime

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.contract.people import Guest


class Method(StrEnum):
    """How identity was established; the record says how, never with what (R33)."""

    FRESH_LOGIN = "fresh_login"
    STAFF = "staff"
    EMAIL_LINK = "email_link"
    LINK_AND_FACTS = "link_and_facts"
    HUMAN_REVIEW = "human_review"


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


def recognise(case: Case, *, actor: Actor, authenticated_at: datetime | None) -> None:
    """Mark a new case as verified where its own account filed it after a fresh log-in; saves nothing."""
    if _is_own_account(case, actor) and fresh(authenticated_at):
        case.verified_at = timezone.now()
        case.verification_method = Method.FRESH_LOGIN


def verify(case: Case, *, actor: Actor, authenticated_at: datetime | None = None) -> list[Request]:
    """Establish identity for a filed case and return the requests that waited for it.

    By the person's own account after a fresh log-in, or by staff who know how they established it.
    Raises NotFreshError and NotPermittedError. Doing it again changes nothing.
    """
    method = _method(case, actor=actor, authenticated_at=authenticated_at)
    return _establish(case, method=method, actor=actor, guest=None)


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
    return Method.FRESH_LOGIN


def _is_own_account(case: Case, actor: Actor) -> bool:
    """The account itself, not the mailed link: a link shows a case, it does not prove an account."""
    return actor.user is not None and actor.is_requester_of(case)
