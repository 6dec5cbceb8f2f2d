"""Restrictions that stand only while a request is looked at, and how they end (GDPR Art. 18(3)).

Each is linked to its request. Once that has ended, a letter says that the restriction is about to end, and some days
after that it does. Which requests begin one, and on what ground, is said by `contesting` and `weighing`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from dsar.cases import letters, wording
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.registers import restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import QuerySet

NOTICE = timedelta(days=3)
"""How long before its end the person is told: long enough to say something against it."""

_BATCH = 100


def linked_to(found: QuerySet[Restriction], right: Right, **state: Any) -> QuerySet[Restriction]:
    """Of some restrictions those that are linked to a request of this right."""
    requests = Request.objects.filter(right=right, **state)
    return found.filter(Exists(requests.filter(pk=OuterRef("request_reference"))))


def over(right: Right, *, ground: str) -> Iterator[int]:
    """The keys of some that stand although the request to which they are linked has ended."""
    standing = Restriction.objects.filter(lifted_at=None, ground=ground)
    ended = linked_to(standing, right, state=State.CLOSED).order_by("pk")
    return iter(ended.values_list("pk", flat=True)[:_BATCH])


def in_hand(pk: int) -> tuple[Restriction, Request] | None:
    """One with its request, locked in the caller's transaction; None where it ended or another worker has it."""
    found = Restriction.objects.select_for_update(skip_locked=True)
    restriction = found.filter(pk=pk, lifted_at=None).first()
    if restriction is None:
        return None
    own = Request.objects.select_related("case__key")
    return restriction, own.get(pk=str(restriction.request_reference))


def handed_over(restriction: Restriction, right: Right, **scope: Any) -> bool:
    """Link it to another request of the person that says the same and is not over; False where there is none."""
    others = Request.objects.filter(case__subject_id=restriction.subject_id, right=right, **scope)
    still = others.exclude(state__in=[State.CLOSED, State.SUBMITTED, State.AWAITING_VERIFICATION])
    other = still.order_by("pk").values_list("pk", flat=True).first()
    if other is None:
        return False
    restrictions.restrict(
        restriction.subject_id,
        restriction.purpose_id,
        ground=Restriction.Ground(restriction.ground),
        request=other,
    )
    return True


def tell_or_lift(
    restriction: Restriction, request: Request, *, covers: Callable[[], Sequence[str]], why: str
) -> bool:
    """Tell once for all that is linked to a request; lift when the days of notice have passed. Whether it did either.

    `why` names a sentence of the letters.
    """
    told = Letter.objects.filter(request=request, kind=Letter.Kind.LIFTING).first()
    if told is None:
        language = request.case.language
        content = {
            "covers": covers(),
            "lifted_at": wording.day(timezone.now() + NOTICE, language=language),
            "reasons": [wording.sentence(why, language=language)],
        }
        letters.write(request, kind=Letter.Kind.LIFTING, content=content)
        return True
    if told.written_at + NOTICE > timezone.now():
        return False
    return restrictions.lift(restriction, request=request.pk)
