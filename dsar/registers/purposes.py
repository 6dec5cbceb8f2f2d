"""The purposes that the apps declared, written to a table so that records can point at them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.utils.translation import gettext

from dsar.contract.registry import current
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.registers.models import Purpose

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsar.contract.declarations import Purpose as DeclaredPurpose


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


def code_of(purpose: DeclaredPurpose | str) -> str:
    """The code by which records know a purpose, declared still or no more."""
    return purpose if isinstance(purpose, str) else purpose.code


def in_words(text: str) -> str:
    """What a declaration says, in the reader's language where its app has it."""
    return gettext(text) if text else ""


def marketing() -> QuerySet[Purpose]:
    """The purposes that an objection to marketing stops."""
    return Purpose.objects.filter(marketing=True)


def write(*, using: str = "default") -> int:
    """Bring the table in line with the declarations; return how many purposes are new or changed.

    Purposes that no app declares any more stay: consents and disclosures of the past point at them.
    """
    with transaction.atomic(using=using):
        known = {row.code: row for row in Purpose.objects.using(using).select_for_update()}
        changed = [
            row for row in _rows() if row.code not in known or _says(row) != _says(known[row.code])
        ]
        if changed:
            Purpose.objects.using(using).bulk_create(
                changed,
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=["label", "basis", "marketing", "said"],
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


def _says(row: Purpose) -> tuple[object, ...]:
    # Through JSON, tuples come back as lists.
    return (row.label, row.basis, row.marketing, _as_json(row.said))


def _as_json(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    return value
