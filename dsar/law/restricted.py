"""For what data that is only stored may be used all the same, beside the person's own consent (GDPR Art. 18(2))."""

from __future__ import annotations

from enum import StrEnum


class Despite(StrEnum):
    """A case of Art. 18(2); there are no others."""

    CLAIMS = "legal_claims"
    OTHERS = "rights_of_another"
    PUBLIC_INTEREST = "important_public"

    @property
    def in_words(self) -> str:
        """The case in words, for staff."""
        return _WORDS[self]


_WORDS = {
    Despite.CLAIMS: "To establish, exercise or defend legal claims",
    Despite.OTHERS: "To protect the rights of another person, natural or legal",
    Despite.PUBLIC_INTEREST: "For important public interest of the Union or of a member state",
}
