"""The law's clock for a case: which regimes attach to it, and when each of its requests is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from dsar import conf
from dsar.cases import minors, variants
from dsar.cases.delays import Holiday
from dsar.law import calendars, clock, periods, rules
from dsar.law.clock import Extended, History, Promised
from dsar.law.pauses import Pause
from dsar.law.terms import PauseKind
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from dsar.cases.models import Request
    from dsar.law.calendars import Calendar
    from dsar.law.clock import Dates, Due
    from dsar.law.terms import Regime


_UNPAID = Q(kind=PauseKind.FEE.value, answered_at__isnull=False, fee__paid_at__isnull=True)
"""Who drops a fee, or waits in vain for it, gains no time by having asked: only its payment counts."""


def zone() -> ZoneInfo:
    """Where the organisation's days begin and end."""
    return ZoneInfo(conf.get("TIME_ZONE"))


def day_of(moment: datetime) -> date:
    """The organisation's day on which something happened, working day or not (R35)."""
    return moment.astimezone(zone()).date()


def began(request: Request) -> datetime:
    """What a request's clock counts from: the arrival of its case, or the complaint that opened it again."""
    return request.reopened_at or request.case.received_at


def attached(residence: str, *, received_at: datetime) -> tuple[str, ...]:
    """The regimes of what arrives then: the house's own, and those of the requester's residence (R1)."""
    return rules.attached(residence, home=tuple(conf.get("REGIMES")), on=day_of(received_at))


def laws(request: Request) -> list[Regime]:
    """The editions of the rules that this request keeps (R3)."""
    kept, arrived = rules.pinned(request.rule_version), day_of(began(request))
    return [rules.governing(code, on=arrived, pinned=kept) for code in request.case.regimes]


def dates(request: Request, *, told: History | None = None) -> Dates:
    """A request's dates under each of its laws, from all that happened to it, or from what is told instead."""
    if told is None:
        told = history(request)
    return clock.dates(
        began(request),
        variants.of(request),
        regimes=request.case.regimes,
        zone=zone(),
        holidays=holidays(laws(request)),
        pinned=rules.pinned(request.rule_version),
        history=told,
    )


def history(request: Request) -> History:
    """What the law counts with: questions, extensions and promises, by the organisation's days."""
    return History(
        pauses=tuple(
            Pause(
                kind=PauseKind(one.kind),
                asked=day_of(one.asked_at),
                answered=day_of(one.answered_at) if one.answered_at else None,
                reasoned=one.affirmed,
            )
            for one in request.pauses.exclude(_UNPAID)
        ),
        extensions=tuple(
            Extended(regime=one.regime, ground=one.ground, notified=day_of(one.notified_at))
            for one in request.extensions.all()
        ),
        promises=tuple(
            Promised(notified=day_of(one.notified_at), until=one.until)
            for one in request.promises.all()
        ),
    )


def holidays(laws: Iterable[Regime]) -> Mapping[str, Calendar]:
    """Each regime's calendar with what staff entered, the last entry for a day counting (R53)."""
    entered: dict[tuple[str, str], dict[date, bool]] = {}
    for one in Holiday.objects.order_by("id"):
        entered.setdefault((one.country, one.part), {})[one.day] = one.free
    return {
        law.code: calendars.Amended(
            of=calendars.of_country(law.country, law.part),
            free=frozenset(day for day, free in known.items() if free),
            working=frozenset(day for day, free in known.items() if not free),
        )
        for law in laws
        if (known := entered.get((law.country, law.part)))
    }


def set_on(request: Request) -> None:
    """Put a request's dates on the instance: what the law says under each regime, and what the house works to."""
    if not request.rule_version:
        request.rule_version = rules.version(laws(request))
    new = request._state.adding  # noqa: SLF001 - Django's documented way to know a row that is not there yet.
    found = dates(request, told=clock.NOTHING if new else None)
    for name, value in _fields(request, found).items():
        setattr(request, name, value)


def recompute(request: Request, *, because: str, **witness: Any) -> bool:
    """Count a locked request's dates anew, and enter it in the ledger where one moved: none moves silently (R53)."""
    before, was = _counted(request), _under(request)
    set_on(request)
    after, now = _counted(request), _under(request)
    request.save(update_fields=[*_FIELDS, "rule_version"])
    if (before, was) == (after, now):
        return False
    log.append(
        Tag.REQUEST_DUE_CHANGED,
        request=request.pk,
        because=because,
        start=start(request),
        strict=_from_to(before[0], after[0]),
        adjusted=_from_to(before[1], after[1]),
        due=_from_to(before[2], after[2]),
        under={
            code: [was.get(code), now.get(code)]
            for code in sorted({*was, *now})
            if was.get(code) != now.get(code)
        },
        **witness,
    )
    return True


def _counted(request: Request) -> tuple[datetime, datetime | None, datetime]:
    return request.statutory_due_at, request.adjusted_due_at, request.due_at


def _under(request: Request) -> dict[str, str]:
    """The strict date under each law: one may move behind another that comes first."""
    return {one["regime"]: one["strict"] for one in request.clocks}


def witnessed(request: Request) -> dict[str, str]:
    """A request's dates as the ledger tells them when its clock begins."""
    return {
        "start": start(request),
        "strict": day_of(request.statutory_due_at).isoformat(),
        "due": request.due_at.isoformat(),
    }


def start(request: Request) -> str:
    """The day that the clock counts from, under the law whose date comes first."""
    first = min(request.clocks, key=lambda one: one["strict"], default={"start": ""})
    return str(first["start"])


_FIELDS = ("statutory_due_at", "adjusted_due_at", "unrolled_due_on", "due_at", "clocks")


def _fields(request: Request, found: Dates) -> dict[str, Any]:
    earliest = found.earliest
    statutory = earliest.moment(zone())
    return {
        "statutory_due_at": statutory,
        "adjusted_due_at": periods.end_of(found.adjusted, zone=zone()),
        "unrolled_due_on": earliest.unrolled,
        "due_at": _target(request, statutory=statutory),
        "clocks": [_clock(one) for one in found.under],
    }


def _clock(one: Due) -> dict[str, Any]:
    """One regime's dates in the form in which a request keeps them."""
    return {
        "regime": one.regime,
        "edition": one.edition,
        "start": one.start.isoformat(),
        "unrolled": one.unrolled.isoformat(),
        "strict": one.day.isoformat(),
        "adjusted": one.adjusted.isoformat(),
        "notice_by": one.notice_by.isoformat(),
        "extended": one.extended,
        "promised": one.promised.isoformat() if one.promised else None,
    }


def _target(request: Request, *, statutory: datetime) -> datetime:
    """The date the house works to: its own target where it or the rules set one, never later than the law's (R48)."""
    arrived, kept = began(request), laws(request)
    days = conf.get("INTERNAL_TARGET_DAYS")
    house = clock.house_target(day_of(arrived), variants.of(request), laws=kept)
    targets = [statutory]
    if days is not None:
        targets.append(arrived + timedelta(days=days))
    if house is not None:
        targets.append(periods.end_of(house, zone=zone()))
    if minors.is_report(request.case.subject_relation, request.right):
        targets.append(periods.end_of(minor_target(request), zone=zone()))
    return min(targets)


def minor_target(request: Request) -> date:
    """The day by which data of a minor is to be gone (R138)."""
    kept = laws(request)
    return minors.target(day_of(began(request)), laws=kept, holidays=holidays(kept))


def _from_to(before: datetime | None, after: datetime | None) -> list[str]:
    return [day_of(one).isoformat() if one else "" for one in (before, after)]
