"""Singapore's Do Not Call Register: for which numbers it must be asked, and how long an answer stands (PDPA Part 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

COUNTRY: Final = "65"
_LENGTH: Final = len("6561234567")
_VALID: Final = timedelta(days=21)
"""The prescribed duration of s 43(1): the day of the check is not counted."""


def is_singaporean(digits: str) -> bool:
    """Whether a number in digits, with its country's code, is one of Singapore (s 36(1)): eight of its own."""
    return digits.startswith(COUNTRY) and len(digits) == _LENGTH


def stands_until(asked_on: date) -> date:
    """The last day on which a message may rest on what the register said then: 2 February, 23 February."""
    return asked_on + _VALID


def first_that_stands(today: date) -> date:
    """The earliest day of a check on which a message may rest today."""
    return today - _VALID
