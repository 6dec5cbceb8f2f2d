"""Portability (GDPR Art. 20): what the person provided or was observed, under consent or contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import sendings, subjects
from dsar.contract import compiler, reach, registry
from dsar.contract.vocabulary import LegalBasis, Origin
from dsar.engine import answering, leases, packing
from dsar.engine.packing import Contents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.models import Request
    from dsar.contract.compiler import Column
    from dsar.contract.declarations import Declaration
    from dsar.engine.leases import Lease

_BASES = frozenset({LegalBasis.CONSENT, LegalBasis.CONTRACT})
_FORMAT = "JSON with a schema beside it (schema.json), and one CSV file a table."
_ORIGINS = frozenset({Origin.PROVIDED, Origin.OBSERVED})


def is_portable(declaration: Declaration, column: Column) -> bool:
    """Whether Art. 20(1) covers a field: its basis is consent or contract, its origin the person."""
    if declaration.purpose.basis not in _BASES:
        return False
    origin = getattr(column.treatment, "origin", None)
    return origin in _ORIGINS or (origin is None and column.name == _key(declaration))


def _key(declaration: Declaration) -> str:
    return declaration.model._meta.pk.name


def has_portable(declaration: Declaration) -> bool:
    """Whether any field but the key is portable."""
    return any(
        is_portable(declaration, column)
        for column in compiler.released_columns(declaration)
        if column.name != _key(declaration)
    )


PORTABLE = Contents(
    kind="portability",
    wanted=is_portable,
    with_files=True,
    with_schema=True,
    leave_out=lambda declaration: not has_portable(declaration),
)


def steps(request: Request, counts: dict[str, int]) -> list[dict[str, Any]]:
    """One package with the portable fields; what is out of scope is named and offered as access (R121)."""
    return [
        {
            "action": "package" if has_portable(declaration) else "leave_out",
            "declaration": declaration.label,
            "title": str(declaration.model._meta.verbose_name_plural),
            "expected": counts[declaration.label],
            "fields": {
                column.name: "released"
                for column in compiler.released_columns(declaration)
                if has_portable(declaration) and is_portable(declaration, column)
            },
            "reason": _why(declaration),
        }
        for declaration in reach.declarations(subjects.of(request.case))
        if counts[declaration.label]
    ]


def _why(declaration: Declaration) -> str:
    if has_portable(declaration):
        return ""
    return (
        f"Not portable: held on the basis of {declaration.purpose.basis.replace('_', ' ')},"
        " or not provided by you. An access request gives it."
    )


def run(lease: Lease) -> None:
    """Write the package in JSON, with its schema, and CSV; then answer."""
    packed = packing.pack(lease, contents=PORTABLE)
    request = lease.request or leases.read(lease)
    content: dict[str, Any] = {"format": _FORMAT, "out_of_scope": packed.left_out}
    if not (packed.rows and sendings.wanted(request)):
        answering.answer_with_package(lease, packed, content=content)
        return
    to = sendings.approved_for(request)
    answering.answer_with_package(
        lease,
        packed,
        content=content | {"sent_on": sendings.in_answer(request, packed.package, to=to)},
        also=lambda: sendings.begin(
            request, packed.package, to=to, categories=_categories(packed.rows)
        ),
    )


def _categories(labels: Iterable[str]) -> set[str]:
    """The kinds of data in the portable fields of these declarations."""
    known = registry.current()
    return {
        str(column.treatment.category)
        for declaration in map(known.get, labels)
        for column in compiler.released_columns(declaration)
        if is_portable(declaration, column) and hasattr(column.treatment, "category")
    }
