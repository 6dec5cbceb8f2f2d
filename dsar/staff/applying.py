"""Which rights each purpose gives the person of a case: read from declarations and plans, without a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.contract import registry, terms
from dsar.law import bases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dsar.cases.models import Request
    from dsar.contract.declarations import Purpose


def of(requests: Sequence[Request]) -> dict[str, Any]:
    """The purposes for which plans found something of the person, else all there are, each with its rights (R196)."""
    codes = _pursued(requests)
    known = registry.current().purposes
    shown = [known[code] for code in sorted(codes or known)]
    asked = list(dict.fromkeys(one.right for one in requests))
    return {"is_counted": bool(codes), "purposes": [_row(one, asked) for one in shown]}


def _pursued(requests: Iterable[Request]) -> set[str]:
    """Plans name kinds of records, and some a purpose itself; what is declared no more is passed over."""
    found = registry.current()
    purposes = {one.label: one.purpose.code for one in found.all()}
    plans = [plan for one in requests if (plan := getattr(one, "plan", None))]
    steps = [step for plan in plans for step in plan.document["steps"]]
    named = [purposes.get(step["declaration"]) for step in steps if _holds(step)]
    named += [step.get("purpose") for step in steps]
    return {code for code in named if code in found.purposes}


def _holds(step: dict[str, Any]) -> bool:
    return bool(step.get("declaration")) and step.get("expected") != 0


def _row(purpose: Purpose, asked: Iterable[str]) -> dict[str, Any]:
    said = terms.purpose(purpose)
    return {
        "label": purpose.label,
        "basis": said["legal_basis"],
        "in_singapore": said["basis_in_singapore"],
        "rights": [_words(right) for right in bases.ARTICLES if _gives(purpose, right)],
        "lacking": [_words(right) for right in asked if not _gives(purpose, right)],
    }


def _gives(purpose: Purpose, right: str) -> bool:
    return bases.gives(purpose.basis, right=right, marketing=purpose.marketing)


def _words(right: str) -> str:
    return right.replace("_", " ")
