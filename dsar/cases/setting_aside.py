"""Closing a request that is not carried out for other reasons than a refusal on its merits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.cases import letters, lifecycle, wording
from dsar.cases.lifecycle import MoveError
from dsar.cases.models import Letter
from dsar.cases.states import UNANSWERED, Outcome, Right, State
from dsar.contract import information, registry
from dsar.contract.vocabulary import Category
from dsar.crashpoints import effect
from dsar.registers import disclosures
from dsar.registers.recipient_models import RecipientRecord

if TYPE_CHECKING:
    from dsar.cases.actors import Actor
    from dsar.cases.models import Request

_CALIFORNIA = "US-CA"
_ANSWERED = frozenset({Outcome.FORWARDED_TO_CONTROLLER, Outcome.NOT_A_RIGHTS_REQUEST})
_HANDED_ON = (Category.NAME, Category.EMAIL_ADDRESS)
"""What the organisation that is responsible is told of who asks, together with the request (R5)."""


class SettingAsideError(MoveError):
    """A request is set aside for a reason, and only as one of the outcomes made for that; or handed to a controller."""


def set_aside(  # noqa: PLR0913 - each is a fact of the outcome.
    request: Request,
    *,
    outcome: Outcome,
    actor: Actor,
    reason: str,
    identifiable: bool = True,
    to: str = "",
) -> Request:
    """Close a request as spam, duplicate, misdirected, no rights request or unverifiable, with the letter it needs.

    The reason is kept as a sealed note for staff (R19). `identifiable` False says of an unproved request that what was
    given (a cookie, the address of a device) can identify nobody in what we hold (GDPR Art. 11). `to` is the controller
    to whom it is handed on, by the code in the register of recipients.
    Raises SettingAsideError and what `lifecycle.advance` raises.
    """
    possible = UNANSWERED | _ANSWERED | {Outcome.IDENTITY_NOT_VERIFIED}
    if not reason.strip() or outcome not in possible:
        raise SettingAsideError
    with effect("request.set_aside"), transaction.atomic():
        if outcome is Outcome.FORWARDED_TO_CONTROLLER:
            _hand_on(request, to=to)
        else:
            _tell(request, outcome=outcome, identifiable=identifiable)
        return lifecycle.advance(
            request, to=State.CLOSED, actor=actor, outcome=outcome, reason=reason
        )


def _hand_on(request: Request, *, to: str) -> None:
    """Note to whom, among what was told of the person too, and tell the person who has it now."""
    controller = RecipientRecord.objects.filter(pk=to, role=RecipientRecord.Role.CONTROLLER).first()
    if controller is None:
        raise SettingAsideError
    request.result = {"forwarded_to": controller.pk}
    request.save(update_fields=["result"])
    if request.case.subject_id is not None:
        disclosures.record(
            request.case.subject_id,
            recipient=controller,
            purpose="request_handling",
            categories=_HANDED_ON,
            basis=f"handed on: {request.case.reference}",
            request=request.pk,
        )
    named = ", ".join(filter(None, (controller.name, controller.country, controller.contact)))
    letters.write(request, kind=Letter.Kind.FORWARDED, content={"forwarded_to": named})


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
