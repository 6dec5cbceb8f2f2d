"""A fee, where every law allows one: announced by letter, agreed to or dropped, then paid (R134)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone

from dsar.cases import (
    deadlines,
    letters,
    lifecycle,
    messages,
    pausing,
    variants,
    withdrawal,
    wording,
)
from dsar.cases.acting import locked, row
from dsar.cases.delays import Pause
from dsar.cases.fee_models import Fee
from dsar.cases.guards import Obstacle
from dsar.cases.joined import transaction_of_caller
from dsar.cases.lifecycle import GuardError, MoveError, NotPermittedError
from dsar.cases.models import Letter
from dsar.cases.permissions import HANDLE
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.law import fees as law
from dsar.law import grounds
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

_TIME_TO_AGREE = timedelta(days=10)
"""How long an estimate stands; no law says, and time must be left to refuse, or to answer without it."""
_BASES = {"SG": "fee_basis", "EU": "fee_basis_eu", "GB": "fee_basis_gb"}


class NoFeeError(MoveError):
    """There is no estimate to agree to or to pay."""


def is_possible(request: Request) -> bool:
    """Whether all laws that know the right let a fee be asked for it; reads nothing."""
    return law.may_be_asked(variants.of(request), regimes=_knowing(request))


def needs_reason(request: Request) -> bool:
    """Whether one of these laws allows it only where the request is manifestly unfounded or excessive."""
    return law.needs_reason(_knowing(request))


def announce(  # noqa: PLR0913 - an estimate is told whole.
    request: Request,
    *,
    amount: Decimal,
    currency: str,
    why: str,
    actor: Actor,
    reason: str = "",
) -> Fee:
    """Tell the requester by letter what an answer would cost, and wait; announced again, the earlier one is void.

    `why` says how the amount comes about, to the person. `reason` says for the file why the request is manifestly
    unfounded or excessive, where a law allows a fee only then. Raises NotPermittedError, GuardError and
    LetterIncompleteError.
    """
    with effect("fee.announce"), locked(request, actor=actor, needs=HANDLE) as held:
        if found := _obstacles(held, why=why, reason=reason):
            raise GuardError(found)
        said = wording.sentence(
            "fee_estimate", language=held.case.language, **_sum(amount, currency)
        )
        letter = _write(held, estimate=[said, why.strip()])
        pause = Pause.objects.create(
            request=held,
            kind=Pause.Kind.FEE,
            asked_at=letter.written_at,
            reason=box.seal(held.case.key, (reason or why).strip().encode()),
            affirmed=bool(reason.strip()),
            letter=letter,
        )
        fee = Fee.objects.create(pause=pause, amount=amount, currency=currency)
        messages.asked(held, text=f"{said}\n{why}", actor=actor, answer_by=_agree_by(held))
        _witness(Tag.REQUEST_PAUSED, fee, actor=actor, kind=pause.kind, affirmed=pause.affirmed)
        _witness(
            Tag.FEE_ANNOUNCED, fee, actor=actor, letter=str(letter.pk), **_sum(amount, currency)
        )
        lifecycle.advance(held, to=State.AWAITING_REQUESTER, actor=actor)
        request.state = held.state
    return fee


def accept(request: Request, *, actor: Actor) -> Fee:
    """Agree to the estimate that stands; agreed to twice is agreed to once. Raises NotPermittedError and NoFeeError."""
    if not actor.is_requester_of(request.case):
        raise NotPermittedError
    with effect("fee.accept"), transaction_of_caller():
        fee = standing(row(request))
        if fee is None:
            raise NoFeeError
        if fee.accepted_at is None:
            fee.accepted_at = timezone.now()
            fee.save(update_fields=["accepted_at"])
            _witness(Tag.FEE_ACCEPTED, fee, actor=actor)
    return fee


def drop(request: Request, *, actor: Actor) -> None:
    """Take the request back at the sight of the estimate, at no cost. Raises NotPermittedError and NoFeeError."""
    with effect("fee.drop"), transaction_of_caller():
        if standing(row(request)) is None:
            raise NoFeeError
        withdrawal.withdraw(request, actor=actor)


def record_payment(request: Request, *, payment: str, actor: Actor) -> Fee:
    """Note that the fee was paid and where that stands in the books; the request goes on.

    Who pays agrees. It may come after the estimate ran out, as long as nothing was decided.
    Raises NotPermittedError and NoFeeError.
    """
    with effect("fee.pay"), locked(request, actor=actor, needs=HANDLE) as held:
        fee = payable(held)
        if fee is None or not payment.strip():
            raise NoFeeError
        now = timezone.now()
        fee.accepted_at, fee.paid_at = fee.accepted_at or now, now
        fee.payment = box.seal(held.case.key, payment.strip().encode())
        fee.save(update_fields=["accepted_at", "paid_at", "payment"])
        Pause.objects.filter(pk=fee.pause_id).update(answered_at=now)
        messages.settled(held, at=now)
        _witness(Tag.FEE_PAID, fee, actor=actor, payment=box.digest(held.case.key, payment.strip()))
        deadlines.recompute(held, because="answered", **actor.witnessed(held.case))
        if held.state == State.AWAITING_REQUESTER:
            lifecycle.advance(held, to=State.IN_REVIEW, actor=actor)
        request.state = held.state
    return fee


def standing(request: Request) -> Fee | None:
    """The estimate that the requester can agree to now."""
    return next((one for one in _of(request) if one.pause.answered_at is None), None)


def payable(request: Request) -> Fee | None:
    """The last estimate, where it is still to be paid and the request not decided."""
    waits = request.state in {State.AWAITING_REQUESTER, State.IN_REVIEW}
    last = _last(request) if waits else None
    return last if last is not None and last.paid_at is None else None


def was_not_agreed(request: Request) -> bool:
    """Whether the last thing told about a fee is an estimate to which nobody agreed."""
    last = _last(request)
    return last is not None and last.accepted_at is None


def with_fees(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Bring along what was told of fees, for many requests at once."""
    asked = Pause.objects.filter(kind=Pause.Kind.FEE).select_related("fee").order_by("asked_at")
    return requests.prefetch_related(Prefetch("pauses", queryset=asked))


def read_payment(fee: Fee) -> str:
    """Where a payment stands in the books."""
    if fee.payment is None:
        return ""
    return box.unseal(fee.pause.request.case.key, fee.payment).decode()


def _of(request: Request) -> list[Fee]:
    """Every estimate, the first first."""
    asked = sorted(request.pauses.all(), key=lambda one: one.asked_at)
    return [one.fee for one in asked if one.kind == Pause.Kind.FEE and hasattr(one, "fee")]


def _last(request: Request) -> Fee | None:
    return next(reversed(_of(request)), None)


def _knowing(request: Request) -> list[str]:
    return grounds.knowing(variants.of(request), regimes=request.case.regimes)


def _obstacles(request: Request, *, why: str, reason: str) -> list[Obstacle]:
    found = []
    if request.state != State.IN_REVIEW:
        found.append(Obstacle.ANSWERED)
    if not is_possible(request):
        return [*found, Obstacle.NO_FEE]
    if not why.strip() or (needs_reason(request) and not reason.strip()):
        found.append(Obstacle.NO_REASON)
    if any(one.paid_at for one in _of(request)):
        found.append(Obstacle.PAID)
    return found


def _write(request: Request, *, estimate: list[str]) -> Letter:
    language = request.case.language
    clock = pausing.clock(request, kind=Pause.Kind.FEE, waits="clock_fee_waits")
    content = {
        "estimate": estimate,
        "basis": [
            wording.sentence(_BASES[regime], language=language) for regime in _knowing(request)
        ],
        "clock": [wording.sentence(name, language=language) for name in ("clock_fee", clock)],
        "deadline": wording.day(_agree_by(request), language=language),
    }
    return letters.write(request, kind=Letter.Kind.FEE, content=content)


def _agree_by(request: Request) -> datetime:
    return min(request.statutory_due_at, timezone.now() + _TIME_TO_AGREE)


def _sum(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": currency}


def _witness(tag: Tag, fee: Fee, *, actor: Actor, **detail: Any) -> None:
    request = fee.pause.request
    log.append(tag, request=request.pk, **detail, **actor.witnessed(request.case))
