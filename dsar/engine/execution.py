"""Carry out a plan, step by step; the path after a crash is this same path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import connection, transaction

from dsar import conf
from dsar.cases import lifecycle
from dsar.cases.actors import SYSTEM
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.engine import leases, packing, planning, turns, wakes
from dsar.engine.parts import PartFailedError
from dsar.engine.redacted import RedactionsChangedError, TextChangedError
from dsar.engine.rights import (
    access,
    consent_withdrawal,
    correction,
    deletion,
    objection,
    portability,
    restriction,
)
from dsar.engine.rights.correction import NothingCorrectedError
from dsar.engine.rights.deletion import EligibilityChangedError
from dsar.engine.verification import LeftoverError
from dsar.keys.box import MasterKeyMissingError
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import vault
from dsar.tally import counts

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from dsar.cases.models import Request
    from dsar.engine.leases import Lease
    from dsar.engine.packing import Contents
    from dsar.packages.models import Package

RUN: dict[str, Callable[[Lease], None]] = {
    Right.ACCESS: access.run,
    Right.PORTABILITY: portability.run,
    Right.CORRECTION: correction.run,
    Right.DELETION: deletion.run,
    Right.OBJECTION: objection.run,
    Right.RESTRICTION: restriction.run,
    Right.CONSENT_WITHDRAWAL: consent_withdrawal.run,
}


PACKED: dict[str, Contents] = {
    Right.ACCESS: packing.EVERYTHING,
    Right.PORTABILITY: portability.PORTABLE,
}
"""What a copy shows, by right."""


class PlanOutdatedError(RuntimeError):
    """The code would now do something else than what was approved; nothing is done until somebody decides."""


_FOR_PEOPLE = (
    PlanOutdatedError,
    EligibilityChangedError,
    LeftoverError,
    NothingCorrectedError,
    TextChangedError,
    RedactionsChangedError,
)
"""What no second attempt would mend."""

logger = structlog.get_logger(__name__)


def run(request_id: UUID | None = None) -> UUID | None:
    """Claim the request that is due first (or the named one) and carry it out; returns its id, None where none waits.

    Whatever fails leaves the request either claimable again, after its lease, or in needs_attention with the
    reason in the ledger. No failure ends in a closed request.
    """
    lease = None if turns.is_stopping() else _claim(request_id)
    if lease is None:
        return None
    with structlog.contextvars.bound_contextvars(request=str(lease.request_id)):
        _hold_and_carry_out(lease)
    return lease.request_id


def _claim(request_id: UUID | None) -> Lease | None:
    """Claim and begin at once. Where that fails both are undone, so that it would be no attempt: claim alone, then."""
    try:
        return leases.claim(request_id, begin=_begin)
    except Exception as error:  # noqa: BLE001 - it comes again after the claim, where it is counted and told.
        logger.warning("beginning_failed", reason=type(error).__name__)
        return leases.claim(request_id)


def _hold_and_carry_out(lease: Lease) -> None:
    """See to whatever fails; who lost the lease, also while failing, does nothing more."""
    try:
        _attempt(lease)
    except leases.LeaseLostError:
        logger.info("lease_lost", request=str(lease.request_id), token=lease.token)
        counts.add(counts.Kind.LEASE_LOST)


def _attempt(lease: Lease) -> None:
    """Carry it out while the lease is kept alive; raises LeaseLostError."""
    try:
        with leases.kept_alive(lease):
            _carry_out(lease)
    except leases.LeaseLostError:
        raise
    except turns.GivenBackError:
        _give_back(lease)
    except _FOR_PEOPLE as error:
        _needs_attention(lease, error)
    except Exception as error:  # noqa: BLE001 - whatever it was, the request must be tried again or shown to somebody.
        _failed(lease, error)


def _give_back(lease: Lease) -> None:
    """Release the lease and wake whoever is free, on a connection that nothing was interrupted on."""
    connection.close()
    logger.info("given_back", request=str(lease.request_id), token=lease.token)
    with effect("request.give_back"), transaction.atomic():
        leases.release(lease)
        wakes.wake(lease.request_id)
        counts.add(counts.Kind.HANDED_BACK)


def _failed(lease: Lease, error: Exception) -> None:
    """Try again later, ever more rarely; after some attempts a person has to look."""
    logger.error("execution_failed", request=str(lease.request_id), **_what(error))
    if leases.read(lease).attempts >= conf.get("MOST_ATTEMPTS"):
        _needs_attention(lease, error)
    else:
        leases.back_off(lease)
        counts.add(counts.Kind.RETRIED)


def _begin(request: Request) -> Package | None:
    """Begin a copy's package in the claim's transaction; what fails here is done again, and told, after the claim."""
    if request.right not in PACKED or planning.outdated(request):
        return None
    try:
        return packing.begin(request, contents=PACKED[request.right])
    except (vault.PackageError, MasterKeyMissingError):
        return None


def _carry_out(lease: Lease) -> None:
    request = lease.request or leases.read(lease)
    if lease.begun is None and planning.outdated(request):
        raise PlanOutdatedError
    RUN[request.right](lease)


def _needs_attention(lease: Lease, error: Exception) -> None:
    logger.error("needs_attention", request=str(lease.request_id), **_what(error))
    with effect("request.hand_to_staff"), transaction.atomic():
        request = leases.fence(lease)
        _witness(request, error)
        lifecycle.advance(request, to=State.NEEDS_ATTENTION, actor=SYSTEM)
        counts.add(counts.Kind.STOPPED)


def _witness(request: Request, error: Exception) -> None:
    """Say what stopped the execution; of leftovers, in which tables they are."""
    if isinstance(error, LeftoverError):
        log.append(Tag.DELETION_VERIFICATION_FAILED, request=request.pk, places=dict(error.places))
    else:
        log.append(Tag.EXECUTION_STOPPED, request=request.pk, **_what(error))


def _what(error: Exception) -> dict[str, str]:
    """The kind of error; of a kind of record that could not be read, which and why."""
    if isinstance(error, PartFailedError):
        return {"reason": error.reason, "declaration": error.label}
    return {"reason": type(error).__name__}
