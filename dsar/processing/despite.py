"""Use a person's data although it is restricted: in a case of GDPR Art. 18(2), noted with its reason first.

The person's own consent and what a law demands need none of this: the gate lets them pass. Nothing but a restriction is
passed by: what was objected to, is not in use yet or is a minor's stays shut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.contract.vocabulary import LegalBasis
from dsar.law.restricted import Despite
from dsar.processing import gate
from dsar.registers import exemptions, holds, purposes, restrictions

if TYPE_CHECKING:
    from uuid import UUID

    from dsar.contract.declarations import Purpose
    from dsar.registers.exemption_models import ExemptedUse
    from dsar.registers.people import Person


class ProcessingRestrictedError(ValueError):
    """The data is only stored: a use needs a case of Art. 18(2) and a reason, and never is marketing or profiling."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def use_despite_restriction(  # noqa: PLR0913 - each is a fact of the use.
    person: Person,
    purpose: Purpose | str,
    *,
    case: Despite | str,
    reason: str,
    hold: UUID | None = None,
    by: Any = None,
    secret: bool = False,
) -> ExemptedUse | None:
    """Ask the gate for one use in a named case, and note it; None where nothing stands against the use anyway.

    The reason stays in the register, its case and what it refers to go into the ledger: the request that restricted,
    and the `hold` under which the data is needed. Raises ProcessingRestrictedError, and then nothing is noted.
    """
    said = purposes.declared(purpose)
    if gate.permitted(person, said):
        return None
    is_met = _may_serve(said) and gate.permitted_but_for_restrictions(person, said)
    if case not in set(Despite) or not reason.strip() or not is_met:
        raise ProcessingRestrictedError
    if hold is not None and not holds.open_for(person).filter(pk=hold).exists():
        raise ProcessingRestrictedError
    return exemptions.note_restricted(
        restrictions.against(person, said),
        said,
        why=exemptions.Exempted(code=str(case), reason=reason, by=by),
        hold=hold,
        secret=secret,
    )


def _may_serve(purpose: Purpose) -> bool:
    """Claims and rights of others are never served by advertising, by profiles, or by what rests on consent."""
    rests_on_consent = purpose.basis == LegalBasis.CONSENT
    return not (purpose.marketing or purpose.automated_decision or rests_on_consent)
