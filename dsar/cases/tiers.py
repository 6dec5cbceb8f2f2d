"""How much proof each right needs: one readable table, by how somebody came, for whom, and under which law (R25)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from dsar.cases import variants
from dsar.cases.identity_models import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.models import Request


class Tier(StrEnum):
    """How identity is established, the weakest first."""

    NONE = "none"
    LINK = "email_link"
    LINK_AND_FACTS = "link_and_facts"
    SESSION = "session"
    REVIEW = "human_review"


_ORDER = list(Tier)

WITHOUT_ACCOUNT: dict[str, Tier] = {
    "access": Tier.LINK_AND_FACTS,
    "portability": Tier.LINK_AND_FACTS,
    "correction": Tier.LINK_AND_FACTS,
    "deletion": Tier.LINK_AND_FACTS,
    "restriction": Tier.LINK,
    "objection_other": Tier.LINK,
    "objection_automated_decision": Tier.LINK,
}
"""Somebody who cannot log in. Whoever can, logs in: for them every line reads `session`."""

BY_RELATION: dict[str, Tier] = {
    Claim.Relation.GUARDIAN: Tier.REVIEW,
    Claim.Relation.REPRESENTATIVE: Tier.REVIEW,
    Claim.Relation.MINOR_REPORT: Tier.REVIEW,
    Claim.Relation.COMPANY: Tier.REVIEW,
    Claim.Relation.DECEASED: Tier.REVIEW,
    Claim.Relation.AGENT: Tier.LINK_AND_FACTS,
}
"""Whoever asks for another person needs at least this much, beside their authority."""

FACTS: dict[str, int] = {"access US-CA": 3, "portability US-CA": 3}
"""Held facts that must fit beside the address: two, and where a copy is wanted in California three (11 CCR 7062)."""
_FACTS = 2


def tier(request: Request, *, relation: str = "", has_account: bool = False) -> Tier:
    """What one request needs."""
    if variants.takes_effect_at_once(request):
        return Tier.NONE
    if has_account:
        return Tier.SESSION
    own = WITHOUT_ACCOUNT.get(variants.of(request), Tier.REVIEW)
    return strictest([own, BY_RELATION.get(relation, Tier.NONE)])


def strictest(found: Iterable[Tier]) -> Tier:
    """A case is proved once, for whatever of it needs most."""
    return max(found, key=_ORDER.index, default=Tier.NONE)


def facts_needed(requests: Iterable[Request]) -> int:
    """How many held facts must fit, under the laws that apply."""
    return max(
        (
            FACTS.get(f"{request.right} {regime}", _FACTS)
            for request in requests
            for regime in request.case.regimes
        ),
        default=_FACTS,
    )
