"""Mailed links with a button behind them: looking changes nothing, pressing works once (R28).

A mail scanner that opens every link burns none: only a POST with the token does anything.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar import conf
from dsar.cases import freezing
from dsar.cases.codes import MOST_FAILURES
from dsar.cases.identity_models import Claim, Confirmation
from dsar.cases.links import LinkError
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Case

CONSIDER = "dsar.consider"
"""The task that looks whether a case is proved by now."""
_SECRET_BYTES = 32
_Kind = Confirmation.Kind


def make(case: Case, kind: Confirmation.Kind) -> str:
    """Make a link and return its address; what is kept of it opens nothing."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    made = Confirmation.objects.create(
        case=case,
        kind=kind,
        digest=_digest(secret),
        expires_at=timezone.now() + timedelta(hours=conf.get("CONFIRMATION_HOURS")),
    )
    token = f"{made.pk.hex}.{secret}"
    return str(conf.get("CONFIRMATION_URL") or "{token}").format(token=token)


def is_wanted(case: Case) -> bool:
    """Whether the address that a case was filed with still has to be confirmed."""
    return Claim.objects.filter(case=case, confirmed_at__isnull=True).exists()


def press(token: str) -> Confirmation:
    """Do what the link is for, once. Five wrong secrets shut it. Raises LinkError, the same for every cause."""
    with effect("confirmation.press"), transaction.atomic():
        found = _find(token)
        fits = found is not None and _fits(found, token)
        if found is not None and fits:
            found.used_at = timezone.now()
            found.save(update_fields=["used_at"])
            _EFFECTS[_Kind(found.kind)](found.case)
    # Raised outside the transaction, so that the failure stays counted.
    if found is None or not fits:
        raise LinkError
    return found


def _fits(found: Confirmation, token: str) -> bool:
    secret = token.partition(".")[2]
    if hmac.compare_digest(bytes(found.digest), _digest(secret)):
        return True
    found.failures += 1
    found.save(update_fields=["failures"])
    return False


def _find(token: str) -> Confirmation | None:
    """The link that a token names, if it is open; locked, so that guesses queue up and are all counted."""
    try:
        key = uuid.UUID(hex=token.partition(".")[0])
    except ValueError:
        return None
    living = Confirmation.objects.filter(
        pk=key,
        used_at__isnull=True,
        failures__lt=MOST_FAILURES,
        expires_at__gt=timezone.now(),
        case__key__wrapped__isnull=False,
    )
    return living.select_for_update(of=("self",)).select_related("case__key").first()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _address_confirmed(case: Case) -> None:
    Claim.objects.filter(case=case, confirmed_at__isnull=True).update(confirmed_at=timezone.now())
    log.append(Tag.ADDRESS_CONFIRMED, case=str(case.pk))
    outbox.wake(CONSIDER, str(case.pk))


def _authority_confirmed(case: Case) -> None:
    Claim.objects.filter(case=case).update(person_agreed_at=timezone.now())
    log.append(Tag.AUTHORITY_CONFIRMED, case=str(case.pk))
    outbox.wake(CONSIDER, str(case.pk))


def _earlier_confirmed(case: Case) -> None:
    log.append(Tag.EARLIER_ADDRESS_CONFIRMED, case=str(case.pk))
    outbox.wake(CONSIDER, str(case.pk))


def _not_me(case: Case) -> None:
    freezing.freeze(case)


_EFFECTS: dict[Confirmation.Kind, Callable[[Case], None]] = {
    _Kind.ADDRESS: _address_confirmed,
    _Kind.AUTHORITY: _authority_confirmed,
    _Kind.EARLIER_ADDRESS: _earlier_confirmed,
    _Kind.NOT_ME: _not_me,
}
