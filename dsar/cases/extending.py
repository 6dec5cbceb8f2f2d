"""Take more time, where a law gives it: told to the person in time, with reasons, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsar.cases import deadlines, letters, variants, wording
from dsar.cases.acting import locked
from dsar.cases.delays import Extension, Promise
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Letter
from dsar.cases.permissions import DECIDE
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.law import clock
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request
    from dsar.law.terms import Rule


def possible(request: Request) -> dict[str, list[str]]:
    """The grounds on which each law lets this request be extended now; nothing where it is too late or done."""
    found = deadlines.dates(request)
    today = deadlines.day_of(timezone.now())
    rules = _rules(request)
    return {
        one.regime: sorted(longer.grounds)
        for one in found.under
        if (longer := rules[one.regime].extension) and not one.extended and today <= one.notice_by
    }


def promisable(request: Request) -> list[str]:
    """The laws under which a notice that names the day of the answer would move the date now."""
    today = deadlines.day_of(timezone.now())
    rules = _rules(request)
    return [
        one.regime
        for one in deadlines.dates(request).under
        if rules[one.regime].promises and today <= one.notice_by
    ]


def is_open_to_extension(request: Request) -> bool:
    """Whether a law lets it be extended now, by the dates that the request keeps; reads nothing."""
    rules = _rules(request)
    return any(
        rules[one["regime"]].extension and not one["extended"]
        for one in _in_time_for_notice(request)
    )


def is_open_to_promise(request: Request) -> bool:
    """Whether a notice that names the day of the answer would move a date now; reads nothing."""
    rules = _rules(request)
    return any(rules[one["regime"]].promises for one in _in_time_for_notice(request))


def _in_time_for_notice(request: Request) -> list[dict[str, Any]]:
    """The kept dates of the laws under which a notice would not come too late today."""
    today = deadlines.day_of(timezone.now()).isoformat()
    return [one for one in request.clocks if today <= one["notice_by"]]


def was_kept(promise: Promise) -> bool | None:
    """Whether the answer came by the day that was promised; None while it still can.

    A promise that a later one took the place of was kept if its own day saw the answer.
    """
    by = promise.request.answered_at or timezone.now()
    in_time = deadlines.day_of(by) <= promise.until
    return in_time if promise.request.answered_at or not in_time else None


def extend(
    request: Request, *, grounds: Mapping[str, str], reasons: str, actor: Actor
) -> list[Extension]:
    """Extend a request under the laws named, each on its ground; the notice is written with it (R38, R39).

    Raises NotPermittedError, GuardError where it is too late, was done before or has no such ground, and
    LetterIncompleteError.
    """
    with effect("request.extend"), locked(request, actor=actor, needs=DECIDE) as held:
        if found := _obstacles(held, grounds=grounds, reasons=reasons):
            raise GuardError(found)
        letter = letters.write(
            held,
            kind=Letter.Kind.EXTENSION,
            content={
                "reasons": [reasons],
                "first_due": wording.day(held.statutory_due_at, language=held.case.language),
                "new_due": wording.on(_extended_to(held, grounds), language=held.case.language),
            },
        )
        made = Extension.objects.bulk_create(
            Extension(
                request=held,
                regime=regime,
                ground=ground,
                notified_at=letter.written_at,
                letter=letter,
            )
            for regime, ground in sorted(grounds.items())
        )
        log.append(
            Tag.REQUEST_EXTENDED,
            request=held.pk,
            grounds=dict(grounds),
            letter=str(letter.pk),
            **actor.witnessed(held.case),
        )
        deadlines.recompute(held, because="extended", **actor.witnessed(held.case))
    return made


def promise(request: Request, *, until: date, reasons: str, actor: Actor) -> Promise:
    """Tell the person the day of the answer, which moves the date where a law says so; may be done again (R40).

    Raises NotPermittedError, GuardError and LetterIncompleteError.
    """
    with effect("request.promise"), locked(request, actor=actor, needs=DECIDE) as held:
        if found := _promise_obstacles(held, until=until, reasons=reasons):
            raise GuardError(found)
        letter = letters.write(
            held,
            kind=Letter.Kind.INTERIM,
            content={
                "reasons": [reasons],
                "new_due": wording.on(until, language=held.case.language),
            },
        )
        made = Promise.objects.create(
            request=held, until=until, notified_at=letter.written_at, letter=letter
        )
        log.append(
            Tag.REQUEST_PROMISED,
            request=held.pk,
            until=until.isoformat(),
            letter=str(letter.pk),
            **actor.witnessed(held.case),
        )
        deadlines.recompute(held, because="promised", **actor.witnessed(held.case))
    return made


def _obstacles(request: Request, *, grounds: Mapping[str, str], reasons: str) -> list[Obstacle]:
    found = _standing(request, reasons=reasons)
    under = {one.regime: one for one in deadlines.dates(request).under}
    rules = _rules(request)
    today = deadlines.day_of(timezone.now())
    if not grounds or not all(
        regime in under and _has_ground(rules[regime], ground) for regime, ground in grounds.items()
    ):
        return [*found, Obstacle.NOT_EXTENDABLE]
    if any(under[regime].extended for regime in grounds):
        found.append(Obstacle.EXTENDED_BEFORE)
    if any(today > under[regime].notice_by for regime in grounds):
        found.append(Obstacle.TOO_LATE)
    return found


def _has_ground(rule: Rule, ground: str) -> bool:
    return rule.extension is not None and ground in rule.extension.grounds


def _promise_obstacles(request: Request, *, until: date, reasons: str) -> list[Obstacle]:
    found = _standing(request, reasons=reasons)
    rules = _rules(request)
    under = [one for one in deadlines.dates(request).under if rules[one.regime].promises]
    if not under:
        return [*found, Obstacle.NOT_EXTENDABLE]
    if deadlines.day_of(timezone.now()) > min(one.notice_by for one in under):
        found.append(Obstacle.TOO_LATE)
    if until <= max(one.day for one in under):
        found.append(Obstacle.NOT_LATER)
    return found


def _standing(request: Request, *, reasons: str) -> list[Obstacle]:
    found = []
    if request.answered_at is not None or request.state == State.CLOSED:
        found.append(Obstacle.ANSWERED)
    if not reasons.strip():
        found.append(Obstacle.NO_REASON)
    return found


def _rules(request: Request) -> dict[str, Rule]:
    variant = variants.of(request)
    known = deadlines.laws(request)
    return {law.code: law.rights[variant] for law in known if variant in law.rights}


def _extended_to(request: Request, grounds: Mapping[str, str]) -> date:
    """The day that the extension leads to: the earliest under the laws that are extended."""
    today = deadlines.day_of(timezone.now())
    told = deadlines.history(request)
    more = tuple(
        clock.Extended(regime=regime, ground=ground, notified=today)
        for regime, ground in grounds.items()
    )
    found = deadlines.dates(
        request,
        told=clock.History(
            pauses=told.pauses, extensions=told.extensions + more, promises=told.promises
        ),
    )
    return min(one.day for one in found.under if one.regime in grounds)
