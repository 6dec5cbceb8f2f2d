"""Which cases report data of a minor, and the dates that such a report has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases.asked import Asked
from dsar.cases.identity_models import Claim
from dsar.cases.states import Right
from dsar.law import clock, periods
from dsar.law.terms import Period, Unit
from dsar.registers import minors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from dsar.law.calendars import Calendar
    from dsar.law.terms import Regime

_TARGET = Period(value=3, unit=Unit.BUSINESS_DAY)
_REPORTERS = frozenset({Claim.Relation.GUARDIAN, Claim.Relation.MINOR_REPORT})


def is_report(relation: str, right: str) -> bool:
    """Whether a request asks for a minor's data to go: a guardian's deletion, or whatever a reporter files."""
    return right == Right.DELETION and relation in _REPORTERS


def target(arrived: date, *, laws: Iterable[Regime], holidays: Mapping[str, Calendar]) -> date:
    """The day by which a minor's data is to be gone: three days on which the house works, after the report."""
    days = [
        periods.last_day(arrived, period=_TARGET, calendar=clock.calendar_of(law, holidays))[1]
        for law in laws
    ]
    return min(days)


def wanted(relation: str, asked: Sequence[Asked]) -> Sequence[Asked]:
    """What is asked; whoever reports a minor's data asks that it goes, and cannot ask to see it."""
    return [Asked(right=Right.DELETION)] if relation == Claim.Relation.MINOR_REPORT else asked


def may_go_at_once(relation: str, case: UUID) -> bool:
    """Whether a deletion needs no waiting period: staff confirmed that the data is a minor's."""
    if relation not in _REPORTERS:
        return False
    return minors.confirmed().filter(case_reference=case).exists()
