"""What objection, restriction and withdrawal share: they act on purposes, through the registers that the gate asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases.states import Outcome
from dsar.contract import registry
from dsar.engine import answering, leases

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsar.cases.models import Request
    from dsar.engine.leases import Lease


def named(request: Request) -> list[str]:
    """The purposes that the request names."""
    return sorted(request.scope.get("purposes", []))


def steps(codes: Sequence[str], *, action: str) -> list[dict[str, Any]]:
    """One step a purpose; an empty code stands for all processing."""
    return [
        {
            "action": action,
            "purpose": code,
            "expected": 1,
            "reason": f"{action.capitalize()}: {_label(code)}. {_consequence(code)}".strip(),
        }
        for code in codes
    ]


def _label(code: str) -> str:
    known = registry.current().purposes.get(code)
    return known.label if known else "all processing but storage"


def _consequence(code: str) -> str:
    known = registry.current().purposes.get(code)
    return known.consequence if known else ""


def content(codes: Sequence[str]) -> dict[str, Any]:
    """What the answer says: each purpose by its name, and what stopping it costs (PDPA s 16(2))."""
    return {
        "purposes": [
            {"code": code, "label": _label(code), "consequence": _consequence(code)}
            for code in (codes or [""])
        ]
    }


def apply_and_close(
    request: Request,
    *,
    apply: Callable[[Request], None],
    codes: Callable[[Request], list[str]],
) -> None:
    """Make it true and say so; the caller holds the request's row and the transaction."""
    apply(request)
    acted_on = codes(request)
    request.result = {"purposes": acted_on}
    request.save(update_fields=["result"])
    answering.close(request, content=content(acted_on), outcome=Outcome.FULFILLED)


def run(
    lease: Lease,
    *,
    apply: Callable[[Request], None],
    codes: Callable[[Request], list[str]],
) -> None:
    """The same from a worker, behind the fence."""
    with transaction.atomic():
        apply_and_close(leases.fence(lease), apply=apply, codes=codes)
