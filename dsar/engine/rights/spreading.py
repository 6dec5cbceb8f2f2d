"""Corrections filed before anybody knew whose records they are: each is placed once the person is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import corrections, subjects
from dsar.cases.asked import Proposal
from dsar.contract import compiler, reach
from dsar.contract.people import Guest
from dsar.engine.rights import correction
from dsar.engine.rights.correction import NotCorrectableError

if TYPE_CHECKING:
    from dsar.cases.correction_models import Correction
    from dsar.cases.models import Request


def spread(request: Request) -> None:
    """Put one proposal for each record of the person's in place of one that names none; staff decide on each.

    Somebody without account knows what is wrong, not under which key we hold it. One that does name a record gets
    the value of today beside it, if the record is the person's; else it stays as it came, and nothing is changed
    by it. Called once the person is known. A record that has the value already, or cannot take it, is left out.
    """
    person = subjects.of(request.case)
    if not isinstance(person, Guest):
        return
    came = request.corrections.select_related("request__case__key").order_by("pk")
    # What names a record comes first, and stands where something else speaks of every record.
    for one in sorted(came, key=lambda one: not one.row):
        placed = _named(one, person) if one.row else _proposals(one, person)
        if placed or not one.row:
            one.delete()
            corrections.propose(request, _not_there(request, placed))


def _not_there(request: Request, placed: list[Proposal]) -> list[Proposal]:
    """Of one field of one record there is one proposal: the one that came first."""
    there = set(request.corrections.values_list("declaration", "row", "field"))
    return [one for one in placed if (one.declaration, one.row, one.field) not in there]


def _named(one: Correction, guest: Guest) -> list[Proposal]:
    wanted = corrections.read(one).new
    proposal = Proposal(declaration=one.declaration, row=one.row, field=one.field, new=wanted)
    return _checked(guest, proposal)


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
        found += _checked(guest, proposal)
    return found


def _checked(guest: Guest, proposal: Proposal) -> list[Proposal]:
    try:
        return list(correction.propose(guest, [proposal]))
    except NotCorrectableError:
        return []
