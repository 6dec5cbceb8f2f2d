"""Enter a holiday, or a day that is worked after all; every open date that moves has an entry (R53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import deadlines
from dsar.cases.acting import row
from dsar.cases.delays import Holiday
from dsar.cases.joined import transaction_of_caller
from dsar.cases.lifecycle import NotPermittedError
from dsar.cases.models import Request
from dsar.cases.permissions import DECIDE
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.law import rules
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import date

    from dsar.cases.actors import Actor


def enter(  # noqa: PLR0913 - a day is said whole.
    *, country: str, day: date, name: str, actor: Actor, part: str = "", free: bool = True
) -> int:
    """Enter what staff know of a day, and return how many open requests got another date; raises NotPermittedError.

    Entries are never changed: another one for the same day has the last word, and its number is the calendar's version.
    """
    if not actor.may(DECIDE):
        raise NotPermittedError
    with effect("holiday.enter"), transaction_of_caller():
        entered = Holiday.objects.create(country=country, part=part, day=day, free=free, name=name)
        log.append(
            Tag.HOLIDAY_ENTERED,
            request=None,
            calendar=f"{country}-{part}" if part else country,
            day=day.isoformat(),
            free=free,
            version=entered.pk,
        )
        return sum(_recount(request, version=entered.pk) for request in _touched(country, part))


def _touched(country: str, part: str) -> list[Request]:
    """The open requests under a law that counts by this calendar."""
    codes = [
        code
        for code, editions in rules.known().items()
        if any((one.country, one.part) == (country, part) for one in editions)
    ]
    found = []
    for code in codes:
        under = Request.objects.exclude(state=State.CLOSED).filter(case__regimes__contains=[code])
        found += list(under.order_by("pk"))
    return list({request.pk: request for request in found}.values())


def _recount(request: Request, *, version: int) -> bool:
    return deadlines.recompute(row(request), because="holiday", version=version)
