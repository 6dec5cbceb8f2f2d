"""What somebody is about to ask, kept in their session until it is filed, so that nothing has to be typed twice."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dsar.cases.asked import Asked, Proposal
from dsar.cases.states import Right
from dsar.portal.words import WISHES

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

_KEY = "dsar_draft"

STEPS = (
    Right.CORRECTION,
    Right.DELETION,
    Right.PORTABILITY,
    Right.OBJECTION,
    Right.RESTRICTION,
    Right.CONSENT_WITHDRAWAL,
)
"""The rights that need to be told more, in the order in which they ask."""


@dataclass(kw_only=True)
class Draft:
    """The rights chosen so far, and what was answered for each."""

    token: str = field(default_factory=lambda: secrets.token_hex(8))
    rights: list[str] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    residence: str = ""

    def choose(self, rights: list[str]) -> None:
        """Take other rights; what was answered for those that stay, stays."""
        self.rights = [wish.right.value for wish in WISHES if wish.right in rights]
        self.answers = {right: said for right, said in self.answers.items() if right in rights}

    @property
    def unanswered(self) -> Right | None:
        """The next right that has to be told more; None where everything is said."""
        return next((one for one in STEPS if one in self.rights and one not in self.answers), None)

    def asked(self) -> list[Asked]:
        """The draft as it is filed."""
        return [_asked(right, self.answers.get(right, {})) for right in self.rights]


def _asked(right: str, said: dict[str, Any]) -> Asked:
    proposals = tuple(Proposal(**one) for one in said.get("corrections", ()))
    return Asked(right=Right(right), scope=said.get("scope", {}), corrections=proposals)


def load(session: SessionBase) -> Draft:
    """The session's draft; an empty one where there is none."""
    kept = session.get(_KEY)
    return Draft(**kept) if kept else Draft()


def keep(session: SessionBase, draft: Draft) -> None:
    """Keep the draft."""
    session[_KEY] = {
        "token": draft.token,
        "rights": draft.rights,
        "answers": draft.answers,
        "residence": draft.residence,
    }


def forget(session: SessionBase) -> None:
    """Begin anew."""
    session.pop(_KEY, None)
