"""Answer a request: letter, result, closing, in one transaction behind a fence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import letters, lifecycle, wording
from dsar.cases.actors import SYSTEM
from dsar.cases.models import Letter
from dsar.cases.states import Outcome, State
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.engine import leases, vanished
from dsar.engine.models import Step
from dsar.ledger import log
from dsar.packages import vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.engine.packing import Packed


def close(
    request: Request, *, content: dict[str, Any], outcome: Outcome, held: bool = False
) -> None:
    """Write the answer and close; the caller holds the request's row and the transaction, and set its result."""
    # What a step had put aside for whoever comes next, sealed identifiers too, goes with the last of them.
    Step.objects.filter(request=request).update(state=Step.State.DONE, cursor={})
    said = content | {"outcome": outcome.value}
    letters.write(request, kind=Letter.Kind.ANSWER, content=said, closing=True)
    also = {"answered_at": request.answered_at, "result": request.result}
    lifecycle.advance(request, to=State.CLOSED, actor=SYSTEM, outcome=outcome, held=held, also=also)


def answer(  # noqa: PLR0913 - an answer is said whole.
    lease: Lease,
    *,
    content: dict[str, Any],
    outcome: Outcome,
    result: dict[str, Any],
    first: Callable[[], None] = lambda: None,
    last: Callable[[], None] = lambda: None,
) -> None:
    """Close a request that this lease still holds; `first` is what must become true together with the answer.

    `last` waits for what must be on a disk before that: by then most of the wait has passed beside the writing.
    """
    with effect("request.answer"), transaction.atomic(), log.together():
        request = leases.fence(lease)
        first()
        request.result = result
        close(request, content=content, outcome=outcome, held=True)
        last()


def answer_with_package(
    lease: Lease,
    packed: Packed,
    *,
    content: dict[str, Any],
    also: Callable[[], None] = lambda: None,
) -> None:
    """Hand a written package over: it becomes ready in the same transaction in which the request closes.

    `also` is what must become true once it is.
    """
    request = lease.request or leases.read(lease)

    def first() -> None:
        vault.ready(packed.package, packed.written)
        vanished.look(request, packed.found)
        also()

    rows = {label: {"released": count} for label, count in packed.rows.items()}
    answer(
        lease,
        content=content
        | packed.redactions
        | _skipped(request, packed)
        | {"confirmation": _confirmation(packed), "package": _package(packed)},
        outcome=_outcome(packed),
        result={"rows": rows, "left_out": packed.left_out},
        first=first,
        last=packed.flushed,
    )


def _outcome(packed: Packed) -> Outcome:
    """A copy that lacks a passage, or what could not be read, is a part of what was asked for (GDPR Art. 12(4))."""
    if packed.redactions or packed.skipped:
        return Outcome.PARTIALLY_FULFILLED
    return Outcome.FULFILLED if packed.rows else Outcome.NO_DATA_HELD


def _confirmation(packed: Packed) -> dict[str, int]:
    """The first part of every copy: whether anything is held (GDPR Art. 15(1)); the letter says it in its language."""
    held = packed.rows | packed.skipped
    return {"rows": sum(held.values()), "places": len(held)}


def _skipped(request: Request, packed: Packed) -> dict[str, list[str]]:
    """What the letter says of kinds of records that could not be read; nothing where all could."""
    if not packed.skipped:
        return {}
    said = wording.sentence("skipped", language=request.case.language)
    titles = [
        str(registry.current().get(label).model._meta.verbose_name_plural)
        for label in packed.skipped
    ]
    return {"skipped": [*titles, said]}


def _package(packed: Packed) -> dict[str, Any]:
    return {
        "file": packed.package.filename,
        "available_until": packed.package.expires_at.date().isoformat(),
        "sha256": packed.written.sha256,
    }
