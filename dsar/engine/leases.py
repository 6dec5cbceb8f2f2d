"""Who may work on a request: claims with a fencing token, fences before every effect, heartbeats apart.

All times are the database's; a worker's clock decides nothing.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from dsar import conf
from dsar.cases import lifecycle
from dsar.cases.actors import SYSTEM
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Request
from dsar.cases.states import State
from dsar.crashpoints import effect
from dsar.engine import turns
from dsar.engine.reached import Reached
from dsar.ledger import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

_CLAIMABLE = """
FROM dsar_cases_request r
JOIN dsar_cases_case c ON c.id = r.case_id
LEFT JOIN dsar_engine_heartbeat h ON h.request_id = r.id AND h.token = r.lease_token
WHERE r.state IN ('approved', 'executing')
  AND (r.not_before IS NULL OR r.not_before <= now())
  AND (r.lease_until IS NULL
       OR greatest(r.lease_until, h.beat_at + make_interval(secs => %(lease)s)) < now())
  AND (%(request)s::uuid IS NULL OR r.id = %(request)s::uuid)
  AND NOT EXISTS (
      SELECT 1 FROM dsar_cases_request o JOIN dsar_cases_case oc ON oc.id = o.case_id
      WHERE oc.subject_id = c.subject_id AND o.id <> r.id AND o.state = 'executing')
  AND (r.size < %(giant)s OR %(giants)s > (
      SELECT count(*) FROM dsar_cases_request g
      LEFT JOIN dsar_engine_heartbeat gh ON gh.request_id = g.id AND gh.token = g.lease_token
      WHERE g.state = 'executing' AND g.size >= %(giant)s AND g.lease_until IS NOT NULL
        AND greatest(g.lease_until, gh.beat_at + make_interval(secs => %(lease)s)) >= now()))
ORDER BY r.due_at, r.size, r.id
LIMIT %(most)s
"""
"""A due date is the last second of a day, so that within one due day the smallest comes first. Giants take turns, so
that they never keep every worker from whoever is small."""
_LOOK = f"SELECT r.id {_CLAIMABLE}"

_CLAIM = f"""
UPDATE dsar_cases_request
SET lease_token = lease_token + 1, attempts = attempts + 1,
    lease_until = now() + make_interval(secs => %(lease)s)
WHERE id = (SELECT r.id {_CLAIMABLE} FOR UPDATE OF r SKIP LOCKED)
RETURNING id, lease_token
"""

_TURNED_AWAY = "UPDATE dsar_cases_request SET attempts = attempts - 1 WHERE id = %s"
"""A claim that a guard turned away was no attempt: however long a request waits, its first failure is its first."""

_FENCE = """
SELECT r.lease_token, r.state, statement_timestamp(), k.wrapped
FROM dsar_cases_request r JOIN dsar_cases_case c ON c.id = r.case_id JOIN dsar_keys_key k ON k.id = c.key_id
WHERE r.id = %s FOR UPDATE OF r
"""

_BEAT = """
INSERT INTO dsar_engine_heartbeat (request_id, token, beat_at, percent)
VALUES (%(request)s, %(token)s, clock_timestamp(), %(percent)s)
ON CONFLICT (request_id) DO UPDATE
SET token = excluded.token, beat_at = excluded.beat_at, percent = excluded.percent
WHERE dsar_engine_heartbeat.token <= excluded.token
"""


logger = structlog.get_logger(__name__)


class LeaseLostError(RuntimeError):
    """Another worker has claimed this request since; whatever was about to happen does not."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to work on one request until it is claimed by somebody else."""

    request_id: UUID
    token: int
    request: Request | None = None
    """The request as it was claimed, with its case and plan."""
    begun: Any = None
    """What was begun in the claim's own transaction."""
    since: float = field(default_factory=time.monotonic, compare=False)
    """When this process claimed it, on its own monotonic clock: the beginning of its time slice."""
    reached: Reached = field(default_factory=Reached, compare=False)


def _nothing(_request: Request) -> None:
    """Begin nothing."""


def claim(
    request_id: UUID | None = None, *, begin: Callable[[Request], Any] = _nothing
) -> Lease | None:
    """Claim the approved request that is due first, or the one that is named; None where there is nothing to do.

    Of those due on one day the smallest comes first: most people then wait least, and who waits longest waits for
    nobody who is due later.

    Claims take turns, which costs a millisecond each, so that two requests of one person are never under way at
    once: a request waits while another of the same person executes. `begin` is called in the claim's transaction,
    in which the request's row is locked; what it begins is committed with the claim, which saves a commit.
    """
    with (
        effect("lease.claim"),
        transaction.atomic(),
        log.together(),
        connection.cursor() as cursor,
    ):
        found = _wanted(request_id, most=1)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dsar.claim'))")
        while True:
            cursor.execute(_CLAIM, found)
            row = cursor.fetchone()
            if row is None:
                return None
            lease = Lease(request_id=row[0], token=row[1])
            request = _started(lease.request_id)
            if request is not None:
                return replace(lease, request=request, begun=begin(request))
            cursor.execute(_TURNED_AWAY, [lease.request_id])


def claimable(*, most: int) -> list[UUID]:
    """The requests that could be claimed now, earliest due date first; nothing is claimed."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, _wanted(None, most=most))
        return [request_id for (request_id,) in cursor.fetchall()]


def _wanted(request_id: UUID | None, *, most: int) -> dict[str, Any]:
    return {
        "request": request_id,
        "lease": conf.get("LEASE_SECONDS"),
        "giant": conf.get("GIANT_ROWS"),
        "giants": conf.get("GIANTS_AT_ONCE"),
        "most": most,
    }


def _started(request_id: UUID) -> Request | None:
    """Move an approved request on. Where a guard forbids it now it stays approved, and is tried again a lease later."""
    request = (
        Request.objects.select_related("case__key", "plan", "decision")
        .annotate(at=Now())
        .get(pk=request_id)
    )
    try:
        if request.state == State.APPROVED:
            lifecycle.advance(request, to=State.EXECUTING, actor=SYSTEM, held=True)
    except GuardError as error:
        logger.info(
            "not_yet", request=str(request_id), obstacles=[one.name for one in error.obstacles]
        )
        return None
    return request


def fence(lease: Lease) -> Request:
    """Lock the request's row and check the token: to be called first in every transaction that has an effect.

    Fencing first was measured to be safe (0 of 600 effects doubled); fencing last is luck.
    Raises LeaseLostError.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FENCE, [lease.request_id])
        token, state, at, wrapped = cursor.fetchone()
    if token != lease.token or state != State.EXECUTING:
        raise LeaseLostError
    request = lease.request or read(lease)
    # Whoever holds the lease is the only one who writes the rest of the row; a key may have been destroyed since.
    request.at, request.state, request.case.key.wrapped = at, state, wrapped  # type: ignore[attr-defined]
    return request


def read(lease: Lease) -> Request:
    """The request as it stands, with its case and plan; nothing is locked."""
    return Request.objects.select_related("case__key", "plan").get(pk=lease.request_id)


def release(lease: Lease) -> None:
    """Give the request back unfinished, to be claimed again at once: its slice is over, or its worker stops.

    That was no attempt: however often a request goes on, its first failure is its first.
    """
    with effect("lease.release"):
        held = Request.objects.filter(pk=lease.request_id, lease_token=lease.token)
        held.filter(state=State.EXECUTING).update(
            lease_until=None, attempts=Greatest(F("attempts") - 1, 0)
        )


def back_off(lease: Lease) -> None:
    """Let a failed request rest before the next claim: seconds at first, minutes later."""
    with effect("lease.back_off"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dsar_cases_request"
            " SET lease_until = now() + make_interval(secs => least(5 * 2 ^ attempts, 600))"
            " WHERE id = %s AND lease_token = %s",
            [lease.request_id, lease.token],
        )


def postpone(lease: Lease, *, until: datetime) -> None:
    """Give the request back, to be claimed at a later time."""
    with effect("lease.postpone"):
        Request.objects.filter(pk=lease.request_id, lease_token=lease.token).update(
            lease_until=None, not_before=until
        )


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Beat from a thread of its own for as long as the block runs, and tell how far it came; short work never beats.

    Where the worker was told to stop and its patience is over, the block ends with GivenBackError.
    """
    stopped = threading.Event()
    with turns.interruptible() as thread:
        beating = threading.Thread(target=_beat_until, args=(lease, stopped, thread), daemon=True)
        beating.start()
        try:
            yield
        finally:
            stopped.set()
            beating.join()


def _beat_until(lease: Lease, stopped: threading.Event, thread: int | None) -> None:
    beaten, told = time.monotonic(), 0
    try:
        while not stopped.wait(min(turns.LOOK_SECONDS, conf.get("HEARTBEAT_SECONDS"))):
            if thread is not None and turns.patience_is_over():
                turns.interrupt(thread)
                return
            # Work that moves on says so at each look, for whoever looks at its page.
            percent = lease.reached.percent
            if percent > told or time.monotonic() - beaten >= conf.get("HEARTBEAT_SECONDS"):
                _beat(lease, percent)
                beaten, told = time.monotonic(), percent
    finally:
        connection.close()


def _beat(lease: Lease, percent: int) -> None:
    said: dict[str, Any] = {
        "request": lease.request_id,
        "token": lease.token,
        "percent": percent,
    }
    with effect("lease.beat"), connection.cursor() as cursor:
        cursor.execute(_BEAT, said)
