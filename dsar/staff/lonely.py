"""The warning that a decision is due soon and nobody is there to give the second signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import permissions, second_person
from dsar.staff.reading import page_of

if TYPE_CHECKING:
    from dsar.cases.models import Case

_SHOWN = 5


def of_house(user: Any) -> dict[str, Any]:
    """For the first page; a system owner, who sees no request, is told that there are some."""
    sees = user.has_perm("dsar.view_request")
    if not sees and not user.has_perm(f"dsar.{permissions.APPOINT}"):
        return {}
    found = list(second_person.lacking().select_related("case")[: _SHOWN + 1])
    more = " and others" if len(found) > _SHOWN else ""
    return {
        "count": len(found),
        "says": f"Due within a week, and nobody is there today to give the second signature{more}:"
        if sees
        else "Decisions are due within a week, and nobody is there today to give the second signature.",
        "first": [(one.case.reference, page_of(one.case)) for one in found[:_SHOWN] if sees],
    }


def of_case(case: Case) -> dict[str, Any]:
    """For the page of a case: its requests of which that is so."""
    found = second_person.lacking().filter(case=case.pk)
    rights = [one.right.replace("_", " ") for one in found]
    return {
        "count": len(rights),
        "says": f"Nobody is there today to give the second signature on: {', '.join(rights)}. It is due within a week.",
        "first": [],
    }
