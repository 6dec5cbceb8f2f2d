"""A correction that names no record: somebody without account knows what is wrong, not under which key we hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import corrections, subjects
from dsar.cases.asked import Proposal
from dsar.contract import compiler, reach
from dsar.contract.people import Guest
from dsar.engine.rights import correction
from dsar.engine.rights.correction import NotCorrectableError

if TYPE_CHECKING:
    from dsar.cases.models import Correction, Request


def spread(request: Request) -> None:
    """Put one proposal for each record of the person's in place of one that names none; staff decide on each.

    Called once the person is known. A record that has the value already, or cannot take it, is left out.
    """
    person = subjects.of(request.case)
    if not isinstance(person, Guest):
        return
    unplaced = request.corrections.filter(row="").select_related("request__case__key")
    for one in unplaced:
        corrections.propose(request, _proposals(one, person))
        one.delete()


def _proposals(one: Correction, guest: Guest) -> list[Proposal]:
    wanted = corrections.read(one).new
    declaration = reach.get(guest, one.declaration)
    sql, params = compiler.condition(declaration).bind(guest)
    keys = declaration.model._base_manager.extra(where=[sql], params=params).values_list(
        "pk", flat=True
    )
    found: list[Proposal] = []
    for key in keys.order_by("pk"):
        proposal = Proposal(declaration=one.declaration, row=str(key), field=one.field, new=wanted)
        try:
            found += correction.propose(guest, [proposal])
        except NotCorrectableError:
            continue
    return found
