"""Find what somebody asked by an address of theirs: by its keyed digest, or by the account that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from dsar.cases import claims, permissions
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Case, Request
from dsar.engine import facts
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor

MOST = 100
"""So many are given, the newest first."""


def by_address(address: str, *, actor: Actor) -> list[Request]:
    """The requests of whoever has this address; that each was looked at is recorded (R192).

    Filings without log-in are found by the digest of the address they were filed with, others by the account that has
    the address now. Raises NotPermittedError.
    """
    if not actor.may(permissions.HANDLE):
        raise NotPermittedError
    theirs = Q(address_digest=claims.digest(address))
    if (account := facts.account_of(address)) is not None:
        theirs |= Q(subject=account)
    cases = Case.objects.filter(theirs).order_by("-received_at")[:MOST]
    found = Request.objects.filter(case__in=[one.pk for one in cases])
    requests = list(
        found.select_related("case__key", "owner").order_by("-case__received_at", "id")[:MOST]
    )
    _witness(requests, actor=actor)
    return requests


def _witness(requests: list[Request], *, actor: Actor) -> None:
    with log.together():
        for one in requests:
            said = actor.witnessed(one.case)
            log.append(Tag.REQUEST_VIEWED, request=one.pk, found_by="address", **said)
