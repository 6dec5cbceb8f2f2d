"""How soon a complaint, or an appeal as US states say, is acknowledged and answered: as a law or the house says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar import conf
from dsar.law import rules
from dsar.law.terms import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.law.terms import Period

_ACKNOWLEDGE_DAYS = 30
"""What the house promises where no law says it; UK law says the same (Data Protection Act 2018 s 164A)."""


def days_to_acknowledge(regimes: Iterable[str]) -> int:
    """Within how many days it is acknowledged: the shortest that a law or the house names."""
    told = (rules.latest(code).acknowledge_complaint for code in regimes)
    return _shortest(told, otherwise=_ACKNOWLEDGE_DAYS)


def days_to_answer(regimes: Iterable[str]) -> int:
    """Within how many days it is answered, and a refusal says so (Va. Code 59.1-577(C): sixty)."""
    told = (rules.latest(code).answer_complaint for code in regimes)
    return _shortest(told, otherwise=conf.get("COMPLAINT_DAYS"))


def _shortest(told: Iterable[Period | None], *, otherwise: int) -> int:
    days = (one.value for one in told if one is not None and one.unit is Unit.CALENDAR_DAY)
    return min([*days, otherwise])
