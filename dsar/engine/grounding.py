"""On which ground each kind of record goes in a deletion (R85): its basis, the person's objections, who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import wording
from dsar.cases.identity_models import Claim
from dsar.cases.states import Right
from dsar.contract import registry
from dsar.law import erasures
from dsar.registers import objections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsar.cases.models import Request
    from dsar.contract.declarations import Purpose

_GOING = frozenset({"delete", "overwrite"})


def grounded(request: Request, steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A deletion's steps, each that lets something go with its ground; other rights' steps as they are."""
    if request.right != Right.DELETION:
        return list(steps)
    objected = _objected(request)
    return [
        step | {"ground": _ground(request, step["declaration"], objected)}
        if step["action"] in _GOING
        else step
        for step in steps
    ]


def of(request: Request) -> dict[str, str]:
    """The ground of each kind that goes, as it was planned, by declaration."""
    steps = request.plan.document["steps"]
    return {one["declaration"]: one["ground"] for one in steps if one.get("ground")}


def in_words(request: Request, code: str) -> str:
    """A ground in the language of the case, with the places in the laws of the case."""
    case = request.case
    language = wording.language_of(case.language)
    return erasures.in_words(code, regimes=case.regimes, language=language)


def _ground(request: Request, label: str, objected: frozenset[str | None]) -> str:
    purpose = registry.current().get(label).purpose
    return erasures.ground(
        basis=purpose.basis,
        is_objected=_is_objected(purpose, objected),
        is_of_a_child=request.case.subject_relation == Claim.Relation.MINOR_REPORT,
    )


def _is_objected(purpose: Purpose, objected: frozenset[str | None]) -> bool:
    """An objection without a purpose is one to all marketing."""
    return purpose.code in objected or (purpose.marketing and None in objected)


def _objected(request: Request) -> frozenset[str | None]:
    """The purposes to which the person's objections stand; somebody without account has none in the register.

    One to a single channel leaves the purpose to the others, and is no ground.
    """
    person = request.case.subject_id
    if person is None:
        return frozenset()
    standing = objections.open_for(person).filter(objections.in_channel(None))
    return frozenset(standing.values_list("purpose", flat=True))
