"""A new package for what a request was answered with, once the first can be fetched no more.

It is made from what is held today: the first one's key is destroyed, and with it what was held on that day. What
somebody of the staff looked through is not made anew, because nobody has looked through what came since.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsar import conf
from dsar.cases import subjects
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Decision, Request
from dsar.cases.states import COPIES, DONE, Outcome, State
from dsar.crashpoints import effect
from dsar.dispatch import outbox
from dsar.engine import discovery, handing_over, packing, planning
from dsar.engine.execution import PACKED
from dsar.engine.models import Plan
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import fetched, vault
from dsar.packages.models import Package
from dsar.packages.vault import PackageError

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django_stubs_ext import StrPromise

    from dsar.engine.packing import Contents

TASK = "dsar.renew"
_BATCH = 500
_LOST_AFTER = timedelta(minutes=10)
_A_DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


class Renewal(StrEnum):
    """What can be had in place of a copy that can be fetched no more."""

    POSSIBLE = "possible"
    UNDER_WAY = "under_way"
    ASK_ANEW = "ask_anew"
    """Only by a new request."""


class NotRenewableError(MoveError):
    """No new package can be made of what was asked; says why, to the person. A new request is the way."""

    def __init__(self, why: StrPromise) -> None:
        self.why = why
        super().__init__(str(why))


_LOOKED_THROUGH = _(
    "We looked through that copy before you had it, and would have to look through a new one as well."
)
_TAKEN_BACK = _("We took that copy back.")
_NOTHING_LEFT = _("What that copy showed is not held any more.")
_OTHERWISE = _("What we hold is by now kept and shown in another way than that copy was.")


def standing(request: Any, package: Any) -> Renewal | None:
    """What to offer for a request with its latest package (`fetched.latest_of`); None where there is nothing to renew.

    The request says whether it was granted `automatically`.
    """
    is_answered = request.right in COPIES and request.outcome in DONE
    if not is_answered or package is None or fetched.is_there(package):
        return None
    if package.state == Package.State.WRITING:
        return Renewal.UNDER_WAY
    return Renewal.POSSIBLE if _why_not(request, package) is None else Renewal.ASK_ANEW


def _why_not(request: Any, package: Package) -> StrPromise | None:
    if package.state == Package.State.REVOKED:
        return _TAKEN_BACK
    is_whole = request.outcome == Outcome.FULFILLED
    return None if is_whole and request.automatically else _LOOKED_THROUGH


def granted(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Have each say whether it was granted `automatically`, as `standing` asks."""
    alone = Decision.objects.filter(request=OuterRef("pk"), automatic=True)
    return requests.annotate(automatically=Exists(alone))


def ask(request: Request) -> None:
    """Have a worker make a new package; does nothing where one can be fetched or is being made.

    Permission and re-authentication are the caller's. Raises HeldBackError and NotRenewableError.
    """
    handing_over.permit(request)
    with effect("copy.renew"), transaction.atomic(), log.together():
        locked = _locked(request.pk)
        package = fetched.latest_of([locked.pk]).select_related("key").first()
        found = standing(locked, package)
        if package is None or found in {None, Renewal.UNDER_WAY}:
            return
        contents = _contents(locked, package)
        # Over by its time, or fetched as often as may be; of one that ended before, this does nothing.
        vault.shred(package, because=_why_over(package))
        log.append(Tag.PACKAGE_RENEWAL_ASKED, request=locked.pk)
        packing.begin(locked, contents=contents)
        outbox.wake(TASK, str(locked.pk), queue="requests")


def make(request_id: UUID) -> bool:
    """Write the package that was asked for; False where none is owed, or another worker makes it.

    A crash in here leaves a sealed file nobody has a use for; the next attempt abandons it and begins again, until it
    has failed often enough.
    """
    with effect("copy.begin_new"), transaction.atomic():
        request = _locked(request_id)
        owed = Package.objects.select_related("key").filter(
            request_reference=request_id, state=Package.State.WRITING
        )
        if request.state != State.CLOSED or (begun := owed.first()) is None:
            return False
        if _attempts(request_id) > conf.get("MOST_ATTEMPTS"):
            logger.error("The new copy of request %s is given up.", request_id)
            return not vault.shred(begun, because="failed")
        contents = PACKED[request.right]
        package = packing.begin(request, contents=contents)
    try:
        packed = packing.fill(package, request, contents=contents)
        packed.flushed()
        if not packed.rows:
            return not vault.shred(package, because="nothing_held")
        with effect("copy.hand_over"), transaction.atomic(), log.together():
            vault.ready(package, packed.written)
    except PackageError as error:
        logger.warning("The new copy of request %s waits: %s", request_id, type(error).__name__)
        return False
    return True


def sweep() -> int:
    """Wake what a lost broker or worker left; how many."""
    before = timezone.now() - _LOST_AFTER
    left = Package.objects.filter(state=Package.State.WRITING, created_at__lt=before)
    closed = Request.objects.filter(state=State.CLOSED, outcome=Outcome.FULFILLED).values("pk")
    found = left.filter(request_reference__in=closed).values_list("request_reference", flat=True)
    lost = [str(one) for one in found[:_BATCH]]
    if not lost:
        return 0
    waking = outbox.waking(TASK)
    with effect("copy.wake_again"), transaction.atomic():
        for one in lost:
            if one not in waking:
                outbox.wake(TASK, one, queue="requests")
    return len(lost)


def _locked(request_id: UUID) -> Any:
    requests = Request.objects.select_for_update(of=("self",)).select_related("case__key")
    return granted(requests).get(pk=request_id)


def _contents(request: Any, package: Package) -> Contents:
    """What the new package shows; raises NotRenewableError."""
    if (why := _why_not(request, package)) is not None:
        raise NotRenewableError(why)
    plan = Plan.objects.filter(request=request).first()
    if plan is None:
        raise NotRenewableError(_NOTHING_LEFT)
    request.plan = plan
    if planning.outdated(request):
        raise NotRenewableError(_OTHERWISE)
    counts = discovery.discover(subjects.of(request.case))
    if not any(counts.get(label) for label in request.result.get("rows", ())):
        raise NotRenewableError(_NOTHING_LEFT)
    return PACKED[request.right]


def _why_over(package: Package) -> str:
    return "expired" if package.expires_at <= timezone.now() else "fetched_out"


def _attempts(request_id: UUID) -> int:
    """How many packages were begun within a day and never became ready."""
    begun = Package.objects.filter(request_reference=request_id, ready_at__isnull=True)
    return begun.filter(created_at__gt=timezone.now() - _A_DAY).count()
