"""While the accuracy of data is checked, it is only stored if its person wishes (GDPR Art. 18(1)(a), 18(3)).

The wish comes with a correction. The restriction begins when the correction is looked at, and is linked to it. When the
correction has ended, whatever way, a letter says so, and some days after that the restriction ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dsar.cases import letters, wording
from dsar.cases.asked import MEANWHILE
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.registers import restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from django.db.models import QuerySet

NOTICE = timedelta(days=3)
"""How long before its end the person is told: long enough to say something against it."""

_BATCH = 100


def begin(request: Request) -> None:
    """Restrict all processing while a correction is looked at, if its person wished; the caller holds the transaction.

    A restriction that was asked for by itself stands already, and stays as it is.
    """
    person = request.case.subject_id
    if not _is_wished(request) or person is None:
        return
    standing = restrictions.open_for(person).filter(purpose=None).first()
    if standing is not None and not _of_corrections(Restriction.objects.filter(pk=standing.pk)):
        return
    restrictions.restrict(person, ground=Restriction.Ground.ACCURACY_CONTESTED, request=request.pk)


def _is_wished(request: Request) -> bool:
    wished = request.right == Right.CORRECTION and request.scope.get(MEANWHILE)
    return bool(wished) and request.state == State.IN_REVIEW


def _of_corrections(found: QuerySet[Restriction], **state: Any) -> QuerySet[Restriction]:
    """Those that are linked to a correction."""
    corrections = Request.objects.filter(right=Right.CORRECTION, **state)
    return found.filter(Exists(corrections.filter(pk=OuterRef("request_reference"))))


def sweep() -> int:
    """Tell and then end what is linked to corrections that ended; returns how many were told or ended."""
    standing = Restriction.objects.filter(
        lifted_at=None, ground=Restriction.Ground.ACCURACY_CONTESTED
    )
    ended = _of_corrections(standing, state=State.CLOSED).order_by("pk")
    return sum(_end(pk) for pk in ended.values_list("pk", flat=True)[:_BATCH])


def _end(pk: int) -> bool:
    """The next step of one: to another correction that is still open, to a letter, or to its end."""
    with effect("contest.end"), transaction.atomic():
        found = Restriction.objects.select_for_update(skip_locked=True)
        restriction = found.filter(pk=pk, lifted_at=None).first()
        if restriction is None:
            return False
        if (other := _still_open(restriction)) is not None:
            restrictions.restrict(
                restriction.subject_id, ground=Restriction.Ground.ACCURACY_CONTESTED, request=other
            )
            return True
        own = Request.objects.select_related("case__key")
        request = own.get(pk=str(restriction.request_reference))
        told = Letter.objects.filter(request=request, kind=Letter.Kind.LIFTING).first()
        if told is None:
            letters.write(request, kind=Letter.Kind.LIFTING, content=_content(request))
            return True
        if told.written_at + NOTICE > timezone.now():
            return False
        return restrictions.lift(restriction, request=request.pk)


def _still_open(restriction: Restriction) -> Any:
    """Another correction of the person that wishes the same and is not over."""
    others = Request.objects.filter(
        case__subject_id=restriction.subject_id,
        right=Right.CORRECTION,
        **{f"scope__{MEANWHILE}": True},
    )
    still = others.exclude(state__in=[State.CLOSED, State.SUBMITTED, State.AWAITING_VERIFICATION])
    return still.order_by("pk").values_list("pk", flat=True).first()


def _content(request: Request) -> dict[str, Any]:
    language = request.case.language
    return {
        "covers": [wording.sentence("covers_all", language=language)],
        "lifted_at": wording.day(timezone.now() + NOTICE, language=language),
        "reasons": [wording.sentence("check_ended", language=language)],
    }
