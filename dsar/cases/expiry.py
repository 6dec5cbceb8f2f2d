"""Give up what nobody proved: a case that waited too long for its requester's identity is closed with a letter."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from dsar import conf
from dsar.cases import setting_aside
from dsar.cases.actors import SYSTEM
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Request
from dsar.cases.states import Outcome, State

_REASON = "Nobody proved who they are within the time that is set for it."
_BATCH = 500

logger = logging.getLogger(__name__)


def expire_unverified() -> int:
    """Close what has waited for identity longer than the setting says, each in a transaction of its own; how many."""
    days = conf.get("UNVERIFIED_DAYS")
    if days is None:
        return 0
    before = timezone.now() - timedelta(days=days)
    waiting = Request.objects.filter(
        state=State.AWAITING_VERIFICATION, case__created_at__lt=before
    ).select_related("case__key")
    return sum(_give_up(request) for request in waiting.order_by("due_at", "id")[:_BATCH])


def _give_up(request: Request) -> bool:
    try:
        setting_aside.set_aside(
            request, outcome=Outcome.IDENTITY_NOT_VERIFIED, actor=SYSTEM, reason=_REASON
        )
    except MoveError as error:
        # It was proved, withdrawn or frozen meanwhile.
        logger.info("Request %s was not given up: %s", request.pk, type(error).__name__)
        return False
    return True
