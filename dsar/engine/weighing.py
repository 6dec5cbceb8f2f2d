"""While an objection is weighed, what it is directed at is only stored (GDPR Art. 18(1)(d), R124).

The restriction begins by itself when the objection is looked at, and is linked to it. Where the objection is granted,
the restriction ends at once, for the objection itself stops the purpose. Where it is not, a letter says so first, and
some days after that the purpose may be followed again (Art. 18(3)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases.states import Right, State
from dsar.contract import registry
from dsar.crashpoints import effect
from dsar.engine import meanwhile
from dsar.registers import objections, restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from dsar.cases.models import Request

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
    return sum(map(_end, meanwhile.over(Right.OBJECTION, ground=_PENDING)))


def _end(pk: int) -> bool:
    """The next step of one: its end where the objection stands, else another that is weighed, a letter, or its end."""
    with effect("weighing.end"), transaction.atomic():
        if (found := meanwhile.in_hand(pk)) is None:
            return False
        restriction, request = found
        if _is_stopped(restriction):
            return restrictions.lift(restriction, request=request.pk)
        same = {"scope__purposes__contains": [restriction.purpose_id]}
        if meanwhile.handed_over(restriction, Right.OBJECTION, **same):
            return True
        return meanwhile.tell_or_lift(
            restriction, request, covers=lambda: _covered(request), why="weighing_ended"
        )


def _is_stopped(restriction: Restriction) -> bool:
    """Whether the objection stands by now, so that nothing begins again."""
    return objections.is_open(restriction.subject_id, restriction.purpose_id)


def _covered(request: Request) -> list[str]:
    """What is restricted on account of this objection."""
    linked = Restriction.objects.filter(
        request_reference=request.pk, ground=_PENDING, lifted_at=None
    )
    return [str(one.purpose) for one in linked.select_related("purpose").order_by("purpose_id")]
