"""Closing a request that is not carried out for other reasons than a refusal on its merits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import letters, lifecycle, wording
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Letter
from dsar.cases.states import UNANSWERED, Outcome, Right, State
from dsar.contract import information, registry
from dsar.crashpoints import effect

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

_CALIFORNIA = "US-CA"
_ANSWERED = frozenset({Outcome.FORWARDED_TO_CONTROLLER, Outcome.NOT_A_RIGHTS_REQUEST})


class SettingAsideError(MoveError):
    """A request is set aside for a reason, and only as one of the outcomes made for that."""


def set_aside(
    request: Request,
    *,
    outcome: Outcome,
    actor: Actor,
    reason: str,
    identifiable: bool = True,
) -> Request:
    """Close a request as spam, duplicate, misdirected, no rights request or unverifiable, with the letter it needs.

    The reason is kept as a sealed note for staff (R19). `identifiable` False says of an unproved request that what was
    given (a cookie, the address of a device) can identify nobody in what we hold (GDPR Art. 11).
    Raises SettingAsideError and what `lifecycle.advance` raises.
    """
    possible = UNANSWERED | _ANSWERED | {Outcome.IDENTITY_NOT_VERIFIED}
    if not reason.strip() or outcome not in possible:
        raise SettingAsideError
    with effect("request.set_aside"), transaction.atomic():
        _tell(request, outcome=outcome, identifiable=identifiable)
        return lifecycle.advance(
            request, to=State.CLOSED, actor=actor, outcome=outcome, reason=reason
        )


def _tell(request: Request, *, outcome: Outcome, identifiable: bool) -> None:
    if outcome in _ANSWERED:
        letters.write(request, kind=Letter.Kind.ANSWER, content={"outcome": outcome.value})
    elif outcome is Outcome.IDENTITY_NOT_VERIFIED:
        ground = outcome.value if identifiable else "not_identifiable"
        grounds = dict.fromkeys(request.case.regimes, ground)
        said = {"reasons": wording.reasons(grounds, language=request.case.language)}
        letters.write(request, kind=Letter.Kind.REFUSAL, content=said | _categories(request))


def _categories(request: Request) -> dict[str, Any]:
    """In California an unproved request to know is answered by the categories that are held of anybody (R31)."""
    if request.right != Right.ACCESS or _CALIFORNIA not in request.case.regimes:
        return {}
    told = information.information(registry.current().all(), request.case.language)
    return {"information": {"categories": told["categories"]}}
