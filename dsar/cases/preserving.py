"""What was asked for must still be there: open requests for a copy hold data, refused ones too (R71).

Refused is also what an answer left out: passages, files, kinds of records that could not be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from dsar.cases import claims, deadlines, subjects
from dsar.cases.acting import locked
from dsar.cases.delays import Preserved
from dsar.cases.guards import Obstacle
from dsar.cases.lifecycle import GuardError
from dsar.cases.models import Case
from dsar.cases.permissions import DECIDE
from dsar.cases.states import COPIES, OPEN
from dsar.contract.people import Guest, address_spelt
from dsar.crashpoints import effect
from dsar.keys import box
from dsar.ledger import log
from dsar.ledger.tags import Tag

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

# Said of the states that are open: "not closed" of many requests would mean that none of them is.
_OPEN = Q(requests__state__in=OPEN)
_REFUSED = Q(
    requests__preserved__isnull=False,
    requests__preserved__copied_at__isnull=True,
    requests__preserved__ended_at__isnull=True,
)
"""A copy that was refused, and is not put aside yet."""


def held_people() -> QuerySet[Case, Any]:
    """The keys of everybody whose data no deletion may touch now; holds are asked apart.

    A request for a copy is open, or was refused and the refused copy is not put aside yet.
    """
    return _people(Q(requests__right__in=COPIES) & _OPEN)


def people_with_requests() -> QuerySet[Case, Any]:
    """The keys of everybody whose data no retention run may touch now: exclude them in its own statement.

    A request of any kind is open, or a refused copy is not put aside yet: who asks must find what there was.
    """
    return _people(_OPEN)


def people_without_account() -> list[str]:
    """The addresses of everybody without account whose data no retention run may touch now, proved or not yet."""
    nobodys = Case.objects.filter(_OPEN | _REFUSED, subject__isnull=True)
    keyed = nobodys.filter(key__wrapped__isnull=False)
    found = keyed.select_related("key", "claim").distinct()
    return sorted({address for case in found for address in _addresses(case)})


def _addresses(case: Case) -> tuple[str, ...]:
    person, claim = subjects.of(case), getattr(case, "claim", None)
    if isinstance(person, Guest):
        return person.addresses
    said = (
        subjects.contact_of(case) if claim is None else claims.opened(case, claim).subject_address
    )
    return (address_spelt(said),)


def _people(is_open: Q) -> QuerySet[Case, Any]:
    cases = Case.objects.filter(is_open | _REFUSED, subject__isnull=False)
    return cases.order_by().values_list("subject_id", flat=True)


def is_held(person: Any) -> bool:
    """Whether a person's data must stay for a copy that was asked for."""
    return held_people().filter(subject=person).exists()


def prolong(request: Request, *, until: date, reason: str, actor: Actor) -> Preserved:
    """Keep a refused copy longer, while the authority or a court looks at the refusal; never shorter (R136).

    Raises NotPermittedError and GuardError.
    """
    with effect("copy.prolong"), locked(request, actor=actor, needs=DECIDE) as held:
        kept = Preserved.objects.select_for_update().filter(request=held, ended_at__isnull=True)
        preserved = kept.first()
        if preserved is None or until <= preserved.until:
            raise GuardError([Obstacle.NOT_LATER])
        if not reason.strip():
            raise GuardError([Obstacle.NO_REASON])
        preserved.until = until
        preserved.save(update_fields=["until"])
        log.append(
            Tag.COPY_PROLONGED,
            request=held.pk,
            until=until.isoformat(),
            reason=box.digest(held.case.key, reason),
            **actor.witnessed(held.case),
        )
    return preserved


def over() -> QuerySet[Preserved]:
    """The refused copies whose last day has passed."""
    today = deadlines.day_of(timezone.now())
    return Preserved.objects.filter(until__lt=today, ended_at__isnull=True)
