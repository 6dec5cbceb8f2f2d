"""Data used or transferred without authorisation: only in a case that the law's list knows, with a reason (R116)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now

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
    from dsar.registers.models import Disclosure
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
    return note(person, purpose, why, act=Act.USE, secret=secret)


def note(  # noqa: PLR0913 - each is a fact of the use.
    person: Person,
    purpose: Purpose | str,
    why: Exempted,
    *,
    act: Act,
    secret: bool,
    disclosure: Disclosure | None = None,
    request: UUID | None = None,
) -> ExemptedUse:
    """Write it into the register, with the disclosure that it allowed if it did; raises ExemptionError."""
    why.check(act)
    with effect("exemption.note"), transaction.atomic():
        noted = ExemptedUse.objects.create(
            subject_id=key_of(person),
            purpose_id=purposes.declared(purpose).code,
            act=act,
            code=why.code,
            reason=why.reason.strip(),
            disclosure=disclosure,
            secret=secret,
            entered_by_id=key_of(why.by),
            used_at=Now(),
        )
        log.append(
            Tag.EXEMPTION_USED,
            request=request,
            exemption=noted.pk,
            act=str(act),
            code=why.code,
            purpose=noted.purpose_id,
            disclosure=disclosure.pk if disclosure else None,
        )
    return noted
