"""Data used or transferred without authorisation: only in a case that the law's list knows, with a reason (R116)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsar.crashpoints import effect
from dsar.law import exemptions
from dsar.law.exemptions import Act
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers import purposes
from dsar.registers.exemption_models import ExemptedUse
from dsar.registers.people import key_of

if TYPE_CHECKING:
    from uuid import UUID

    from dsar.contract.declarations import Purpose
    from dsar.registers.models import Disclosure, Restriction
    from dsar.registers.people import Person


class ExemptionError(ValueError):
    """Nothing is used or transferred without authorisation, unless a listed case and a reason are named."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Exempted:
    """By which case something is done without authorisation, why, and who says so."""

    code: str
    reason: str
    by: Any = None

    def check(self, act: Act) -> None:
        """Raise ExemptionError where the case does not hold for the act, or no reason is given."""
        if not exemptions.serves(self.code, act) or not self.reason.strip():
            raise ExemptionError


def use(  # noqa: PLR0913 - each is a fact of the use.
    person: Person,
    purpose: Purpose | str,
    *,
    code: str,
    reason: str,
    by: Any = None,
    secret: bool = False,
) -> ExemptedUse:
    """Record a use for which there is no authorisation, before it happens; raises ExemptionError."""
    why = Exempted(code=code, reason=reason, by=by)
    why.check(Act.USE)
    noted = ExemptedUse(
        subject_id=key_of(person),
        purpose_id=purposes.declared(purpose).code,
        act=ExemptedUse.Act.USE,
        secret=secret,
    )
    return _note(noted, why, request=None)


def note_transfer(disclosure: Disclosure, why: Exempted, *, request: UUID | None) -> ExemptedUse:
    """Write down by which case a disclosure was made; raises ExemptionError."""
    why.check(Act.TRANSFER)
    noted = ExemptedUse(
        subject_id=disclosure.subject_id,
        purpose_id=disclosure.purpose_id,
        act=ExemptedUse.Act.TRANSFER,
        disclosure=disclosure,
        secret=disclosure.secret,
    )
    return _note(noted, why, request=request)


def note_restricted(
    restriction: Restriction, purpose: Purpose, *, why: Exempted, hold: UUID | None, secret: bool
) -> ExemptedUse:
    """Write down a use of restricted data before it happens; the gate has found that the case holds (R100)."""
    noted = ExemptedUse(
        subject_id=restriction.subject_id,
        purpose_id=purpose.code,
        act=ExemptedUse.Act.RESTRICTED,
        secret=secret,
    )
    _fill(noted, why)
    with effect("restriction.except"), transaction.atomic():
        noted.save(force_insert=True)
        log.append(
            Tag.RESTRICTION_EXCEPTED,
            request=restriction.request_reference,
            restriction=restriction.pk,
            exemption=noted.pk,
            code=noted.code,
            purpose=noted.purpose_id,
            hold=None if hold is None else str(hold),
        )
    return noted


def _fill(noted: ExemptedUse, why: Exempted) -> None:
    noted.code, noted.reason = why.code, why.reason.strip()
    noted.entered_by_id = key_of(why.by)


def _note(noted: ExemptedUse, why: Exempted, *, request: UUID | None) -> ExemptedUse:
    _fill(noted, why)
    with effect("exemption.note"), transaction.atomic():
        noted.save(force_insert=True)
        log.append(
            Tag.EXEMPTION_USED,
            request=request,
            exemption=noted.pk,
            act=noted.act,
            code=noted.code,
            purpose=noted.purpose_id,
            disclosure=noted.disclosure_id,
        )
    return noted
