"""Whether a package may leave now: asked by every face before it hands one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import earlier
from dsar.cases.lifecycle import MoveError
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from dsar.cases.models import Request


class HeldBackError(MoveError):
    """Somebody at an earlier address said that it was not they who asked; until we have looked, nothing leaves."""


def permit(request: Request) -> None:
    """Let a package leave, and have the account's earlier addresses told of it; raises HeldBackError."""
    if request.case.frozen_at is not None:
        raise HeldBackError
    with effect("package.permit"), transaction.atomic():
        earlier.wake(request.case)
