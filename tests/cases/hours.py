"""Requests whose clock is looked at: brought into review on a day of the past, and read as they stand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dsar.cases import deadlines, lifecycle
from dsar.cases.actors import SYSTEM
from dsar.cases.models import Request
from dsar.cases.states import Right, State
from dsar.ledger import log
from tests.cases import cast

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

ARRIVED = datetime(2026, 6, 1, 4, tzinfo=UTC)


def reviewed(user: AbstractBaseUser, right: Right = Right.DELETION, **more: Any) -> Request:
    """A request in review that came in on 1 June 2026."""
    if right is Right.RESTRICTION:
        more["scope"] = {"ground": "accuracy_contested"}
    request = cast.request_of(user, right, received_at=ARRIVED, **more)
    return lifecycle.advance(request, to=State.IN_REVIEW, actor=SYSTEM)


def fresh(request: Request) -> Request:
    return Request.objects.select_related("case__key").get(pk=request.pk)


def days(request: Request) -> tuple[date, date]:
    """The strict and the adjusted date."""
    now = fresh(request)
    assert now.adjusted_due_at is not None
    return deadlines.day_of(now.statutory_due_at), deadlines.day_of(now.adjusted_due_at)


def clock(request: Request, regime: str) -> dict[str, Any]:
    return next(one for one in fresh(request).clocks if one["regime"] == regime)


def entries(request: Request, tag: str) -> list[dict[str, Any]]:
    found = [json.loads(entry.canonical) for entry in log.entries(request.pk)]
    return [entry["detail"] for entry in found if entry["tag"] == tag]


def blocked(error):
    return error.value.obstacles
