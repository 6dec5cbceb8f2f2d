"""Who asks for what in a load: every right, one request a person, filed and granted as people and staff do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsar.cases.asked import Asked, IntakeError, Proposal
from dsar.cases.states import Right
from dsar.contract import registry
from dsar.contract.vocabulary import LegalBasis
from dsar.engine.rights import correction
from dsar.engine.rights.correction import NotCorrectableError
from dsar.management.bench import desk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

MIXTURE = {
    Right.ACCESS: 45,
    Right.DELETION: 25,
    Right.PORTABILITY: 10,
    Right.CORRECTION: 8,
    Right.RESTRICTION: 4,
    Right.OBJECTION: 4,
    Right.CONSENT_WITHDRAWAL: 4,
}
"""Of a hundred requests."""
NEW = "Corrected"


@dataclass(kw_only=True)
class Wish:
    """One person's request; its number is known once it is filed."""

    person: Any
    right: Right
    request: UUID | None = None
    proposal: Proposal | None = None


def plan(found: Sequence[Any], *, seed: int) -> list[Wish]:
    """The same people with the same wishes for the same seed; somebody without a correctable text asks for a copy."""
    rng = random.Random(seed)  # noqa: S311 - it must be repeatable, not unguessable.
    rights = rng.choices(list(MIXTURE), weights=list(MIXTURE.values()), k=len(found))
    return [
        _wish(person, right if position >= len(MIXTURE) else list(MIXTURE)[position])
        for position, (person, right) in enumerate(zip(found, rights, strict=True))
    ]


def _wish(person: Any, right: Right) -> Wish:
    proposal = _proposal(person) if right is Right.CORRECTION else None
    if right is Right.CORRECTION and proposal is None:
        right = Right.ACCESS
    return Wish(person=person, right=right, proposal=proposal)


def _proposal(person: Any) -> Proposal | None:
    """A change of the first field that takes a plain word."""
    labels = [one.label for one in registry.current().all()]
    for label, rows in correction.correctable(person, labels).items():
        for row in rows:
            for field in row["fields"]:
                one = Proposal(declaration=label, row=row["row"], field=field["name"], new=NEW)
                if _fits(person, one):
                    return one
    return None


def _fits(person: Any, one: Proposal) -> bool:
    try:
        correction.propose(person, [one])
    except NotCorrectableError:
        return False
    return True


def file(wish: Wish) -> None:
    """File it, and see it through review where staff decide; raises IntakeError where the law knows no such wish."""
    wish.request = desk.approved(wish.person, wish.right, asked=_asked(wish)).pk


def _asked(wish: Wish) -> Asked:
    scopes: dict[Right, dict[str, Any]] = {
        Right.OBJECTION: {"objection": "marketing"},
        Right.RESTRICTION: {"ground": "accuracy_contested", "purposes": [_purpose()]},
        Right.CONSENT_WITHDRAWAL: {"purposes": [_purpose(LegalBasis.CONSENT)]},
    }
    return Asked(
        right=wish.right,
        scope=scopes.get(wish.right, {}),
        corrections=(wish.proposal,) if wish.proposal else (),
    )


def _purpose(basis: LegalBasis | None = None) -> str:
    """The first declared purpose, on that basis where one is named."""
    found = {one.purpose.code: one.purpose for one in registry.current().all()}
    codes = sorted(code for code, purpose in found.items() if basis in {None, purpose.basis})
    if not codes:
        raise IntakeError({"purposes": "No declared purpose rests on that basis."})
    return codes[0]
