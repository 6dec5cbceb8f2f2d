"""Taking a request back, possible until its execution begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from dsar.cases import letters, lifecycle, wording
from dsar.cases.models import Letter, Request
from dsar.cases.states import Outcome, State
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from dsar.cases.actors import Actor


def withdraw(request: Request, *, actor: Actor) -> Request:
    """Close a request at the requester's wish, with a letter that says so (R20).

    Raises TransitionError or NotPermittedError once execution has begun.
    """
    with effect("request.withdraw"), transaction.atomic():
        locked = Request.objects.select_for_update().only("state").get(pk=request.pk)
        if locked.state == State.CLOSED:
            raise lifecycle.TransitionError
        content = {"withdrawn_at": wording.day(timezone.now(), language=request.case.language)}
        letters.write(request, kind=Letter.Kind.WITHDRAWN, content=content)
        return lifecycle.advance(
            request, to=State.CLOSED, actor=actor, outcome=Outcome.WITHDRAWN_BY_REQUESTER
        )
