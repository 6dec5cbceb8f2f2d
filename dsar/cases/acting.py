"""The frame of an act of staff on an open request: a lock, a permission, one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dsar.cases.joined import transaction_of_caller
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsar.cases.actors import Actor


@contextmanager
def locked(request: Request, *, actor: Actor, needs: str) -> Iterator[Request]:
    """The request's row, locked, with its case and key, for an actor with this permission; raises NotPermittedError."""
    if not actor.may(needs):
        raise NotPermittedError
    with transaction_of_caller():
        yield row(request)


def row(request: Request) -> Request:
    """The request as it stands, locked in the caller's transaction."""
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("case__key")
        .get(pk=request.pk)
    )
