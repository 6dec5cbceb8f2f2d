"""While the accuracy of data is checked, it is only stored if its person wishes (GDPR Art. 18(1)(a), 18(3)).

The wish comes with a correction. The restriction begins when the correction is looked at, and is linked to it. When the
correction has ended, whatever way, a letter says so, and some days after that the restriction ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from dsar.cases import wording
from dsar.cases.asked import MEANWHILE
from dsar.cases.states import Right, State
from dsar.crashpoints import effect
from dsar.engine import meanwhile
from dsar.registers import restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from dsar.cases.models import Request

_CONTESTED = Restriction.Ground.ACCURACY_CONTESTED


def begin(request: Request) -> None:
    """Restrict all processing while a correction is looked at, if its person wished; the caller holds the transaction.

    A restriction that was asked for by itself stands already, and stays as it is.
    """
    person = request.case.subject_id
    if not _is_wished(request) or person is None:
        return
    standing = restrictions.open_for(person).filter(purpose=None).first()
    if standing is not None and not meanwhile.linked_to(
        Restriction.objects.filter(pk=standing.pk), Right.CORRECTION
    ):
        return
    restrictions.restrict(person, ground=_CONTESTED, request=request.pk)


def _is_wished(request: Request) -> bool:
    wished = request.right == Right.CORRECTION and request.scope.get(MEANWHILE)
    return bool(wished) and request.state == State.IN_REVIEW


def sweep() -> int:
    """Tell and then end what is linked to corrections that ended; returns how many were told or ended."""
    return sum(map(_end, meanwhile.over(Right.CORRECTION, ground=_CONTESTED)))


def _end(pk: int) -> bool:
    """The next step of one: to another correction that is still open, to a letter, or to its end."""
    with effect("contest.end"), transaction.atomic():
        if (found := meanwhile.in_hand(pk)) is None:
            return False
        restriction, request = found
        wished = {f"scope__{MEANWHILE}": True}
        if meanwhile.handed_over(restriction, Right.CORRECTION, **wished):
            return True
        language = request.case.language
        return meanwhile.tell_or_lift(
            restriction,
            request,
            covers=lambda: [wording.sentence("covers_all", language=language)],
            why="check_ended",
        )
