"""Send portable copies to the services that their people confirmed: never under two numbers, never silently not (R119).

An attempt is written down before anything leaves, with the moment at which it counts as dead; whoever comes then tries
again. Every attempt of one copy carries the same number as `Idempotency-Key` and the same bytes, so that a service that
took it and could not say so takes it once.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dsar import conf
from dsar.cases import sendings
from dsar.cases.sending_models import Sending
from dsar.contract.vocabulary import Category
from dsar.crashpoints import effect
from dsar.dispatch import outbox, patience, posting
from dsar.dispatch.posting import NotTakenError, RefusedAddressError, UnsureError
from dsar.keys.box import KeyDestroyedError
from dsar.packages import vault
from dsar.packages.models import Package
from dsar.packages.vault import PackageDamagedError, PackageError
from dsar.registers import disclosures

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from django.db.models import QuerySet

    from dsar.dispatch.posting import Answer

State, Reason = Sending.State, Sending.Reason
_BESIDE = timedelta(minutes=10)
"""What an attempt may take beside the sending: looking the whole package through before its first byte leaves."""
_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""The refusals that say "not now"; every other below 500 is a no."""
_PURPOSE, _BASIS = "request_handling", "GDPR Art. 20(2): sent at the person's own request"

logger = logging.getLogger(__name__)


def send(pk: str) -> bool:
    """Send one copy if its time has come; whether the service took it. Safe to run again, and by several at once."""
    sending = _claim(pk)
    if sending is None:
        return False
    body = _Body()
    try:
        answer = _streamed(sending, body)
    except RefusedAddressError:
        return _give_up(sending, Reason.NO_PUBLIC_ADDRESS)
    except (PackageError, KeyDestroyedError) as error:
        return _lost(sending, error)
    except (NotTakenError, UnsureError) as error:
        sending.failure = str(error)[:100]
        return _put_off(sending)
    sending.status, sending.failure = answer.status, f"status {answer.status}"
    return _heard(sending, answer, digest=body.digest)


def sweep() -> int:
    """Wake what was lost on the way, and end what waited for its person longer than its copy lived; how many."""
    found = list(_open().filter(Q(state=State.WAITING) | _due()).order_by("opened_at")[:500])
    living = set(
        Package.objects.filter(
            pk__in=[one.package for one in found if one.state == State.WAITING],
            state=Package.State.READY,
            expires_at__gt=timezone.now(),
        ).values_list("pk", flat=True)
    )
    for one in found:
        if one.state == State.CONFIRMED:
            outbox.wake(sendings.SEND, str(one.pk), queue="mail")
        elif one.package not in living:
            with effect("sending.lapse"), transaction.atomic():
                sendings.end(one, reason=Reason.NOT_CONFIRMED)
    return len(found)


def is_late() -> Q:
    """Confirmed copies that a service has not taken at the first attempt."""
    return Q(state=State.CONFIRMED, attempts__gte=1)


def _open() -> QuerySet[Sending]:
    return Sending.objects.select_related("request__case__key", "destination__recipient")


def _due() -> Q:
    """What may be tried now; of a case that stands still nothing leaves."""
    now = timezone.now()
    return Q(Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), state=State.CONFIRMED) & Q(
        request__case__frozen_at__isnull=True
    )


def _claim(pk: str) -> Sending | None:
    """Write an attempt down, and who takes over if nothing more is heard of it; None where there is nothing to do."""
    with effect("sending.try"), transaction.atomic():
        mine = _open().select_for_update(of=("self",), skip_locked=True)
        sending = mine.filter(_due(), pk=pk).first()
        if sending is None:
            return None
        if reason := _obstacle(sending):
            sendings.end(sending, reason=reason)
            return None
        sending.attempts += 1
        sending.next_try_at = timezone.now() + timedelta(seconds=conf.get("SEND_SECONDS")) + _BESIDE
        sending.save(update_fields=["attempts", "next_try_at"])
        outbox.wake(sendings.SEND, pk, due=sending.next_try_at, queue="mail")
    return sending


def _obstacle(sending: Sending) -> Sending.Reason | None:
    """Why it does not go any more, looked at in the moment before it would."""
    if sending.destination is None or sending.destination.withdrawn_at is not None:
        return Reason.WITHDRAWN
    package = sendings.available(sending).first()
    if package is None:
        return Reason.COPY_GONE
    if package.archive_bytes > conf.get("SEND_MOST_BYTES"):
        return Reason.TOO_LARGE
    return Reason.UNREACHABLE if sending.attempts >= patience.MOST_ATTEMPTS else None


class _Body:
    """The archive on its way; digests what leaves."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was sent so far."""
        return self._digest.hexdigest()

    def of(self, chunks: Generator[bytes, None, None]) -> Iterator[bytes]:
        """The same chunks; whoever stops early stops the decryption too."""
        try:
            for chunk in chunks:
                self._digest.update(chunk)
                yield chunk
        finally:
            chunks.close()


def _streamed(sending: Sending, body: _Body) -> Answer:
    """Decrypt the package into the connection, looked through once before; raises what `posting` and `vault` raise."""
    package = Package.objects.select_related("key").get(pk=sending.package)
    vault.verify(package)
    assert sending.destination is not None  # noqa: S101 - the claim looked.
    return posting.stream(
        sending.destination.address,
        chunks=body.of(vault.open_(package)),
        length=package.archive_bytes,
        headers=_headers(sending, package),
        seconds=conf.get("SEND_SECONDS"),
    )


def _headers(sending: Sending, package: Package) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(package.archive_sha256)).decode()
    return {
        "Content-Type": "application/zip",
        "Content-Digest": f"sha-256=:{digest}:",
        "Idempotency-Key": str(sending.pk),
        "User-Agent": "dsar",
    }


def _heard(sending: Sending, answer: Answer, *, digest: str) -> bool:
    if answer.is_taken:
        # A worker that dies before this line leaves the attempt to whoever comes when it counts as dead.
        with effect("sending.mark"), transaction.atomic():
            if sendings.took(sending, status=answer.status, digest=digest):
                _record(sending)
        return True
    if answer.status in _AGAIN or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _put_off(sending)
    too_large = answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _give_up(sending, Reason.TOO_LARGE if too_large else Reason.REFUSED)


def _record(sending: Sending) -> None:
    """Write into the person's disclosures where their data went (PDPA s 21(1)(b)); a guest has no such list."""
    case = sending.request.case
    if case.subject_id is None or sending.destination is None:
        return
    disclosures.record(
        case.subject_id,
        recipient=sending.destination.recipient,
        purpose=_PURPOSE,
        categories=[Category(one) for one in sending.categories],
        basis=_BASIS,
        request=sending.request_id,
    )


def _lost(sending: Sending, error: Exception) -> bool:
    """The copy ended, or is damaged, which is for staff to know too."""
    if isinstance(error, PackageDamagedError):
        logger.error("The package of %s is damaged; it was not sent.", sending)
    return _give_up(sending, Reason.COPY_GONE)


def _give_up(sending: Sending, reason: Sending.Reason) -> bool:
    with effect("sending.end"), transaction.atomic():
        sendings.end(sending, reason=reason)
    return False


def _put_off(sending: Sending) -> bool:
    """Try again later, ever more rarely, and at last no more."""
    if sending.attempts >= patience.MOST_ATTEMPTS:
        return _give_up(sending, Reason.UNREACHABLE)
    then = timezone.now() + patience.pause(sending.attempts)
    with effect("sending.put_off"), transaction.atomic():
        mine = Sending.objects.filter(
            pk=sending.pk, state=State.CONFIRMED, attempts=sending.attempts
        )
        if mine.update(next_try_at=then, failure=sending.failure, status=sending.status):
            outbox.wake(sendings.SEND, str(sending.pk), due=then, queue="mail")
    return False
