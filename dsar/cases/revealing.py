"""Show an auditor who it is about: with a reason, which is kept, and an entry with each request of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import notes, permissions
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Case


class RevealError(MoveError):
    """A person is revealed for a reason in words."""


def reveal(case: Case, *, reason: str, actor: Actor) -> None:
    """Record that an auditor wants to see who it is, and why; raises NotPermittedError and RevealError."""
    if not actor.may(permissions.AUDIT):
        raise NotPermittedError
    if not reason.strip():
        raise RevealError
    with effect("case.reveal"), transaction.atomic():
        notes.write(case, text=reason, actor=actor)
        said = {"reason": box.digest(case.key, reason), **actor.witnessed(case)}
        for request in case.requests.all():
            log.append(Tag.CASE_REVEALED, request=request.pk, **said)
