"""How long to wait between attempts at somebody else's server, and when to leave it to staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MOST_ATTEMPTS: Final = 10
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)


def pause(attempts: int) -> timedelta:
    """How long to wait after that many attempts, one at least: twice as long each time, half a day at most."""
    times: int = 2 ** (attempts - 1)
    return min(_FIRST_PAUSE * times, _LONGEST_PAUSE)
