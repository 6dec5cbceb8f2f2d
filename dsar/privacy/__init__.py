"""What dsar itself holds about people: their requests, what they said, and what was done about it."""

from __future__ import annotations

from dsar.privacy import (
    answers,
    cases,
    copies,
    disputes,
    nothing,
    policy,
    registers,
    staff,
    terms,
)

__all__ = [
    "answers",
    "cases",
    "copies",
    "disputes",
    "nothing",
    "policy",
    "registers",
    "staff",
    "terms",
]
