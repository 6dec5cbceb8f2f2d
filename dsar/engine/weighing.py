"""While an objection is weighed, what it is directed at is only stored (GDPR Art. 18(1)(d), R124).

The restriction begins by itself when the objection is looked at, and is linked to it. Where the objection is granted,
the restriction ends at once, for the objection itself stops the purpose. Where it is not, a letter says so first, and
some days after that the purpose may be followed again (Art. 18(3)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dsar.cases import letters, wording
from dsar.cases.models import Letter, Request
from dsar.cases.states import Right, State
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.engine.contesting import NOTICE
from dsar.registers import objections, restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from django.db.models import QuerySet

_BATCH = 100
_PENDING = Restriction.Ground.OBJECTION_PENDING


def begin(request: Request) -> None:
    """Restrict the purposes that an objection under review may stop; the caller holds the transaction.

    One that is restricted already stays restricted on the ground that it has.
    """
    person = request.case.subject_id
    if request.right != Right.OBJECTION or request.state != State.IN_REVIEW or person is None:
        return
    standing = set(restrictions.open_for(person).values_list("purpose_id", flat=True))
    for code in _weighed(request):
        if code not in standing:
            restrictions.restrict(person, code, ground=_PENDING, request=request.pk)


def _weighed(request: Request) -> list[str]:
    """Of its purposes those on a basis against which there is something to weigh (Art. 21(1))."""
    known = registry.current().purposes
    return [
        code
        for code in sorted(request.scope.get("purposes", []))
        if code in known and known[code].basis in objections.OPEN_TO_OBJECTION
    ]


def sweep() -> int:
    """End what is linked to objections that ended, after a letter where one is owed; how many were told or ended."""
    return sum(_end(pk) for pk in _ended().values_list("pk", flat=True)[:_BATCH])


def _ended() -> QuerySet[Restriction]:
    closed = Request.objects.filter(right=Right.OBJECTION, state=State.CLOSED)
    standing = Restriction.objects.filter(lifted_at=None, ground=_PENDING)
    return standing.filter(Exists(closed.filter(pk=OuterRef("request_reference")))).order_by("pk")


def _end(pk: int) -> bool:
    """The next step of one: to another objection that is still weighed, to a letter, or to its end."""
    with effect("weighing.end"), transaction.atomic():
        found = Restriction.objects.select_for_update(skip_locked=True)
        restriction = found.filter(pk=pk, lifted_at=None).first()
        if restriction is None:
            return False
        request = Request.objects.select_related("case__key").get(
            pk=str(restriction.request_reference)
        )
        if _is_stopped(restriction):
            return restrictions.lift(restriction, request=request.pk)
        if (other := _still_weighed(restriction)) is not None:
            restrictions.restrict(
                restriction.subject_id, restriction.purpose_id, ground=_PENDING, request=other
            )
            return True
        return _tell_or_lift(restriction, request)


def _is_stopped(restriction: Restriction) -> bool:
    """Whether the objection stands by now, so that nothing begins again."""
    standing = objections.open_for(restriction.subject_id)
    return standing.filter(purpose_id=restriction.purpose_id).exists()


def _still_weighed(restriction: Restriction) -> Any:
    """Another objection of the person to the same purpose that is not over."""
    others = Request.objects.filter(
        case__subject_id=restriction.subject_id,
        right=Right.OBJECTION,
        scope__purposes__contains=[restriction.purpose_id],
    )
    still = others.exclude(state__in=[State.CLOSED, State.SUBMITTED, State.AWAITING_VERIFICATION])
    return still.order_by("pk").values_list("pk", flat=True).first()


def _tell_or_lift(restriction: Restriction, request: Request) -> bool:
    """Tell once for all purposes of an objection; lift when the days of notice have passed."""
    told = Letter.objects.filter(request=request, kind=Letter.Kind.LIFTING).first()
    if told is None:
        letters.write(request, kind=Letter.Kind.LIFTING, content=_content(request))
        return True
    if told.written_at + NOTICE > timezone.now():
        return False
    return restrictions.lift(restriction, request=request.pk)


def _content(request: Request) -> dict[str, Any]:
    """What is restricted on account of this objection, and why that ends."""
    language = request.case.language
    linked = Restriction.objects.filter(
        request_reference=request.pk, ground=_PENDING, lifted_at=None
    )
    covered = linked.select_related("purpose").order_by("purpose_id")
    return {
        "covers": [str(one.purpose) for one in covered],
        "lifted_at": wording.day(timezone.now() + NOTICE, language=language),
        "reasons": [wording.sentence("weighing_ended", language=language)],
    }
