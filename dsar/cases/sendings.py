"""A portable copy for another service: wanted, confirmed by a mailed code, and how it ended (GDPR Art. 20(2), R119)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dsar.cases import codes, letters, wording
from dsar.cases.asked import SEND_TO, UNLISTED
from dsar.cases.lifecycle import MoveError, NotPermittedError
from dsar.cases.models import Letter
from dsar.cases.sending_models import Sending
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages.models import Package
from dsar.registers import destinations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor
    from dsar.cases.models import Case, Request
    from dsar.registers.destination_models import Destination

SEND, MAIL_CODE = "dsar.send_copy", "dsar.mail_sending_code"
"""The tasks that send a confirmed copy, and mail the code that confirms it."""
State, Reason = Sending.State, Sending.Reason
OPEN = (State.WAITING, State.CONFIRMED)


class NothingWaitsError(MoveError):
    """No copy of this request waits for you to confirm where it goes."""


class CodeError(MoveError):
    """This code does not work, or no longer. Have a new one mailed and try again."""


def begin(
    request: Request, package: Package, *, to: Destination | None, categories: Iterable[str]
) -> None:
    """Let a copy that just became ready wait for its person, in the caller's transaction; without service, note why."""
    sending = Sending(
        request=request,
        package=package.pk,
        destination=to,
        categories=sorted(categories),
    )
    if to is None:
        sending.state, sending.reason = State.NOT_SENT, _why_none(request)
        sending.ended_at = timezone.now()
    sending.save(force_insert=True)
    if to is None:
        _witness_end(sending)


def wanted(request: Request) -> bool:
    """Whether the person asked to have the copy sent on."""
    return SEND_TO in request.scope


def approved_for(request: Request) -> Destination | None:
    """The service that the person chose, if it is approved now."""
    return destinations.find(str(request.scope[SEND_TO]))


def in_answer(request: Request, package: Package, *, to: Destination | None) -> str:
    """What the answer says of it."""
    until = wording.day(package.expires_at, language=request.case.language)
    if to is None:
        return _sentence(request.case, _why_none(request))
    return wording.sentence(
        "send_on", language=request.case.language, until=until, service=to.service
    )


def waiting(request: Request) -> Sending:
    """The copy of a request that waits for its person's word, and can still be sent; raises NothingWaitsError."""
    return _waiting(Sending.objects.select_related("destination__recipient"), request)


def available(sending: Sending) -> QuerySet[Package]:
    """The package, while it can be handed out."""
    return Package.objects.filter(
        pk=sending.package, state=Package.State.READY, expires_at__gt=timezone.now()
    )


def ask_for_code(request: Request, *, actor: Actor) -> None:
    """Have a code mailed to the case's address; raises NotPermittedError and NothingWaitsError."""
    _check(request, actor)
    with effect("sending.ask"), transaction.atomic():
        outbox.wake(MAIL_CODE, str(waiting(request).pk), queue="notifications")


def issue_code(pk: UUID | str) -> tuple[Sending, str] | None:
    """A fresh code, in the caller's transaction; None where nothing waits for one."""
    found = _locked().filter(pk=pk, state=State.WAITING).first()
    if found is None or found.request.case.key.wrapped is None:
        return None
    code = codes.issue(found, key=found.request.case.key, what=f"sending {found.pk}")
    found.failures = 0
    found.save(update_fields=[*codes.FIELDS, "failures"])
    return found, code


def confirm(request: Request, *, code: str, actor: Actor) -> None:
    """Let the copy go, by the code that was mailed; five wrong ones make it worthless.

    Raises NotPermittedError, NothingWaitsError and CodeError.
    """
    _check(request, actor)
    with effect("sending.confirm"), transaction.atomic():
        fits = _try(_waiting(_locked(), request), code=code)
    # Raised outside the transaction, so that the failure stays counted.
    if not fits:
        raise CodeError


def end(sending: Sending, *, reason: Sending.Reason) -> bool:
    """Write down why a copy does not go, and tell the person, in the caller's transaction; False where it had ended."""
    mine = Sending.objects.filter(pk=sending.pk, state__in=OPEN, attempts=sending.attempts)
    ended: dict[str, Any] = {"state": State.NOT_SENT, "reason": reason, "ended_at": timezone.now()}
    said = {"failure": sending.failure, "status": sending.status}
    if not mine.update(**ended, **said, code_digest="", code_expires_at=None):
        return False
    for name, value in ended.items():
        setattr(sending, name, value)
    _witness_end(sending)
    if reason is not Reason.NOT_CONFIRMED:
        _tell(sending, _sentence(sending.request.case, reason, to=sending.destination))
    return True


def took(sending: Sending, *, status: int, digest: str) -> bool:
    """Write down that the service has it, and tell the person, in the caller's transaction; False where it ended."""
    now = timezone.now()
    mine = Sending.objects.filter(pk=sending.pk, state=State.CONFIRMED)
    if not mine.update(state=State.SENT, ended_at=now, status=status, digest=digest, failure=""):
        return False
    log.append(
        Tag.SENDING_SENT,
        request=sending.request_id,
        sending=str(sending.pk),
        destination=sending.destination_id,
        status=status,
        digest=digest,
    )
    case = sending.request.case
    day = wording.day(now, language=case.language)
    _tell(sending, _sentence(case, "sent", to=sending.destination, day=day))
    return True


def _try(found: Sending, *, code: str) -> bool:
    key = found.request.case.key
    if not codes.fits(found, code, key=key, what=f"sending {found.pk}"):
        found.failures += 1
        if found.failures >= codes.MOST_FAILURES:
            codes.use(found)
        found.save(update_fields=[*codes.FIELDS, "failures"])
        return False
    codes.use(found)
    found.state, found.confirmed_at = State.CONFIRMED, timezone.now()
    found.save(update_fields=[*codes.FIELDS, "state", "confirmed_at"])
    log.append(
        Tag.SENDING_CONFIRMED,
        request=found.request_id,
        sending=str(found.pk),
        destination=found.destination_id,
        package=str(found.package),
    )
    outbox.wake(SEND, str(found.pk), queue="mail")
    return True


def _check(request: Request, actor: Actor) -> None:
    if not actor.is_requester_of(request.case):
        raise NotPermittedError


def _waiting(among: QuerySet[Sending], request: Request) -> Sending:
    found = among.filter(request=request, state=State.WAITING).order_by("-opened_at").first()
    if found is None or not available(found).exists():
        raise NothingWaitsError
    return found


def _why_none(request: Request) -> Sending.Reason:
    """Why there is no service: none of the list was wanted, or the one that was is not approved any more."""
    return Reason.UNLISTED if request.scope[SEND_TO] == UNLISTED else Reason.WITHDRAWN


def _locked() -> QuerySet[Sending]:
    held = Sending.objects.select_for_update(of=("self",))
    return held.select_related("request__case__key", "destination__recipient")


def _witness_end(sending: Sending) -> None:
    log.append(
        Tag.SENDING_NOT_SENT,
        request=sending.request_id,
        sending=str(sending.pk),
        destination=sending.destination_id,
        reason=str(sending.reason),
        status=sending.status,
        attempts=sending.attempts,
    )


def _tell(sending: Sending, text: str) -> None:
    """Write the person how it ended; their own file stays theirs for as long as it can be fetched."""
    package = available(sending).first()
    file = {} if package is None else {"package": _file(package)}
    letters.write(sending.request, kind=Letter.Kind.SENT_ON, content={"sent_on": text, **file})


def _file(package: Package) -> dict[str, str]:
    return {
        "file": package.filename,
        "available_until": package.expires_at.date().isoformat(),
        "sha256": package.archive_sha256,
    }


def _sentence(case: Case, about: str, *, to: Destination | None = None, **more: str) -> str:
    named = {} if to is None else {"service": to.service}
    return wording.sentence(f"send_on_{about}", language=case.language, **named, **more)
