"""Change who decides requests of a right: by the officer, with a reason, and an entry for every change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from dsar.cases import policy
from dsar.cases.handling_models import HandlingRule
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Request
from dsar.cases.permissions import APPROVE
from dsar.cases.states import UNDECIDED, Right
from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.cases.actors import Actor
    from dsar.cases.policy import Handling


class HandlingError(MoveError):
    """Requests of this right cannot be decided like this."""


def change(*, variant: str, handling: Handling, reason: str, actor: Actor) -> HandlingRule:
    """Say who decides requests of a variant from now on; raises HandlingError and NotPermittedError.

    What is decided already stays decided; what waits for a decision is decided by the new word.
    """
    if not actor.may(APPROVE):
        raise NotPermittedError
    choices = policy.CHOICES.get(variant, ())
    if handling not in choices or len(choices) == 1:
        message = "The law, or the house, leaves no such choice for this right."
        raise HandlingError(message)
    if not reason.strip():
        message = "Say why."
        raise HandlingError(message)
    try:
        return _write(variant, handling, reason.strip(), actor=actor)
    except IntegrityError:
        message = (
            "Somebody else changed this in the same moment: look at the table, and say it again."
        )
        raise HandlingError(message) from None


def _write(variant: str, handling: Handling, reason: str, *, actor: Actor) -> HandlingRule:
    with effect("handling.change"), transaction.atomic():
        before = policy.table()[variant]
        policy.said_by_staff().filter(variant=variant).update(ended_at=Now())
        entered = HandlingRule.objects.create(
            variant=variant,
            handling=handling.value,
            reason=reason,
            entered_by_id=actor.user.pk,
        )
        log.append(
            Tag.HANDLING_CHANGED,
            rule=entered.pk,
            variant=variant,
            before=before.value,
            handling=handling.value,
            reason=hashlib.sha256(reason.encode()).hexdigest(),
            actor=actor.kind.value,
            role=actor.role,
        )
    return entered


def waiting(variant: str) -> QuerySet[Request]:
    """The open requests of a variant that nobody has decided yet: what a change concerns."""
    undecided = Request.objects.filter(state__in=UNDECIDED, decision__isnull=True)
    right, _of, scope = variant.partition("_")
    if right == Right.OBJECTION:
        return undecided.filter(right=right, scope__objection=scope)
    return undecided.filter(right=variant)
