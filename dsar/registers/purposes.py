"""The purposes that the apps declared, written to a table so that records can point at them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext

from dsar import conf
from dsar.contract.registry import current
from dsar.contract.vocabulary import LegalBasis
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.models import Purpose

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose as DeclaredPurpose

UNCONDITIONAL = frozenset({LegalBasis.LEGAL_OBLIGATION, LegalBasis.VITAL_INTEREST})
"""What the law demands, or a life needs, waits for nobody."""


class UnknownPurposeError(LookupError):
    """No app declares this purpose."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {self.__doc__}")


class WrongBasisError(ValueError):
    """The purpose rests on another legal basis."""

    def __init__(self, purpose: DeclaredPurpose, *, needed: str) -> None:
        super().__init__(f"{purpose.code} rests on {purpose.basis}; {needed}.")


def declared(purpose: DeclaredPurpose | str) -> DeclaredPurpose:
    """The purpose as the code in force declares it; raises UnknownPurposeError."""
    code = code_of(purpose)
    try:
        return current().purposes[code]
    except KeyError:
        raise UnknownPurposeError(code) from None


def find(code: str) -> DeclaredPurpose | None:
    """The same, or None where no app declares it."""
    return current().purposes.get(code)


def code_of(purpose: DeclaredPurpose | str) -> str:
    """The code by which records know a purpose, declared still or no more."""
    return purpose if isinstance(purpose, str) else purpose.code


def in_words(text: str) -> str:
    """What a declaration says, in the reader's language where its app has it."""
    return gettext(text) if text else ""


def marketing() -> QuerySet[Purpose]:
    """The purposes that an objection to marketing stops."""
    return Purpose.objects.filter(marketing=True)


def needs_assessment(said: DeclaredPurpose) -> bool:
    """Legitimate interests, and deemed consent by notification (PDPA s 15A and First Schedule Part 3)."""
    in_singapore = said.pdpa.casefold()
    return (
        said.basis == LegalBasis.LEGITIMATE_INTEREST
        or "s 15a" in in_singapore
        or "legitimate interest" in in_singapore
    )


def is_forbidden(said: DeclaredPurpose) -> bool:
    """In Singapore neither basis carries marketing (PDPA s 15A(3), First Schedule Part 3 para 1(3))."""
    return said.marketing and needs_assessment(said) and "SG" in conf.get("REGIMES")


def starts_at_once(said: DeclaredPurpose, *, is_first: bool) -> bool:
    """Whether a purpose is used from its declaration on: always by law, else only with the first deployment."""
    return said.basis in UNCONDITIONAL or (is_first and not needs_assessment(said))


def write(*, using: str = "default") -> int:
    """Bring the table in line with the declarations; return how many purposes are new or changed.

    Purposes that no app declares any more stay: consents and disclosures of the past point at them.
    """
    with transaction.atomic(using=using):
        known = {row.code: row for row in Purpose.objects.using(using).select_for_update()}
        changed = [
            _started(row, known)
            for row in _rows()
            if row.code not in known or _says(row) != _says(known[row.code])
        ]
        if changed:
            Purpose.objects.using(using).bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=[
                    *("label", "basis", "marketing", "said"),
                    *("declared_at", "active_from", "told_in", "started_by"),
                ],
            )
            log.append(Tag.PURPOSES_WRITTEN, codes=[row.code for row in changed])
    return len(changed)


def write_after_migrate(*, using: str, **_: Any) -> None:
    """Receive `post_migrate`; does nothing while the table is not there (a migration backwards)."""
    database = connections[using]
    if Purpose._meta.db_table in database.introspection.table_names():
        write(using=using)


def _rows() -> list[Purpose]:
    return [
        Purpose(
            code=said.code,
            label=said.label,
            basis=said.basis,
            marketing=said.marketing,
            said=asdict(said),
        )
        for said in sorted(current().purposes.values(), key=lambda purpose: purpose.code)
    ]


def _started(row: Purpose, known: dict[str, Purpose]) -> Purpose:
    """Keep a purpose's start; a new one, and one that rests on another basis than before, begins to wait (R115)."""
    before = known.get(row.code)
    if before is not None and before.basis == row.basis:
        row.declared_at, row.active_from = before.declared_at, before.active_from
        row.told_in_id, row.started_by_id = before.told_in_id, before.started_by_id
        return row
    row.declared_at = timezone.now()
    if starts_at_once(current().purposes[row.code], is_first=not known):
        row.active_from = row.declared_at
    return row


def _says(row: Purpose) -> tuple[object, ...]:
    # Through JSON, tuples come back as lists.
    return (row.label, row.basis, row.marketing, _as_json(row.said))


def _as_json(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    return value
