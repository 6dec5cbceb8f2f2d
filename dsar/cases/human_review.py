"""The second look of a human at what a machine decided alone (GDPR Art. 22(3))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsar.cases import wording
from dsar.cases.models import Decision
from dsar.cases.states import ObjectionScope, Right
from dsar.keys import box

if TYPE_CHECKING:
    from dsar.cases.models import Request

_NEEDED: Final = (
    "A person has to look at what the machine decided: say whether it stands, was changed or withdrawn, why,"
    " and that the person's own view was considered."
)
_NOT_ASKED: Final = "There is no decision by a machine to look at in this request."


@dataclass(frozen=True, kw_only=True)
class HumanReview:
    """What whoever looked again says of it."""

    result: str
    """A `Decision.Review`."""
    reason: str
    """In words for the person."""
    view_considered: bool
    """Whether what the person says about it was considered."""


def is_due(request: Request) -> bool:
    """Whether the request contests a decision that a machine took alone."""
    scope = request.scope.get("objection")
    return request.right == Right.OBJECTION and scope == ObjectionScope.AUTOMATED_DECISION


def problem(request: Request, said: HumanReview | None) -> str:
    """Why a decision cannot stand with this; empty where it can."""
    if not is_due(request):
        return "" if said is None else _NOT_ASKED
    if said is None or said.result not in Decision.Review.values:
        return _NEEDED
    return "" if said.view_considered and said.reason.strip() else _NEEDED


def in_words(decision: Decision) -> list[str]:
    """What the letter says of it; nothing where there was none, or its words are gone."""
    if not decision.human_review or decision.review_reason is None:
        return []
    case = decision.request.case
    sentence = wording.sentence(f"human_review_{decision.human_review}", language=case.language)
    return [sentence, read_reason(decision)]


def read_reason(decision: Decision) -> str:
    """The reason of the second look, opened; empty where there is none."""
    if decision.review_reason is None:
        return ""
    return box.unseal(decision.request.case.key, decision.review_reason).decode()
