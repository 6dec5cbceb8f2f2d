"""Answer a request: letter, result, closing, in one transaction behind a fence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import letters, lifecycle
from dsar.cases.actors import Actor
from dsar.cases.states import Outcome, State
from dsar.engine import leases
from dsar.packages import vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.engine.packing import Packed


def close(request: Request, *, content: dict[str, Any], outcome: Outcome) -> None:
    """Write the answer and close; the caller holds the request's row and the transaction."""
    letters.write(request, kind="answer", content=content)
    lifecycle.advance(request, to=State.CLOSED, actor=Actor.system(), outcome=outcome)


def answer(
    lease: Lease,
    *,
    content: dict[str, Any],
    outcome: Outcome,
    result: dict[str, Any],
    first: Callable[[], None] = lambda: None,
) -> None:
    """Close a request that this lease still holds; `first` is what must become true together with the answer."""
    with transaction.atomic():
        request = leases.fence(lease)
        first()
        request.result = result
        request.save(update_fields=["result"])
        close(request, content=content, outcome=outcome)


def answer_with_package(lease: Lease, packed: Packed) -> None:
    """Hand a written package over: it becomes ready in the same transaction in which the request closes."""
    rows = {label: {"released": count} for label, count in packed.rows.items()}
    answer(
        lease,
        content={
            "rows": packed.rows,
            "left_out": packed.left_out,
            "information": packed.information,
            "expires_at": packed.package.expires_at.isoformat(),
            "archive_sha256": packed.written.sha256,
        },
        outcome=Outcome.FULFILLED if packed.rows else Outcome.NO_DATA_HELD,
        result={"rows": rows, "left_out": packed.left_out},
        first=lambda: vault.ready(packed.package, packed.written),
    )
