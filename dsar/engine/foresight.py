"""What a person may see before asking: what is held of them, and what a deletion would do with it.

Made from the count that leaves concealed records out, so that neither a list nor a figure hints at one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.contract import compiler, registry, terms
from dsar.engine import annotating, discovery, retaining
from dsar.engine.rights import deletion
from dsar.registers import received

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dsar.contract.declarations import Declaration
    from dsar.engine.annotating import Noted
    from dsar.registers.received import Received


def holdings(person: object) -> list[dict[str, Any]]:
    """Each kind of record that is held, with what the declarations say about it."""
    counts = discovery.discover(person)
    noted = annotating.of(person) if counts[annotating.LABEL] else {}
    held = [one for one in registry.current().all() if counts[one.label]]
    told = received.of(person, declarations=held)
    return [
        _holding(one, counts[one.label], told) | {"annotations": _noted(one, noted)} for one in held
    ]


def _noted(declaration: Declaration, noted: Mapping[str, list[Noted]]) -> list[dict[str, Any]]:
    """What the person disputes in such records, where they may see the field."""
    columns = (column.name for column in compiler.released_columns(declaration))
    return [one.said | {"label": one.name} for one in annotating.shown(noted, declaration, columns)]


def deletion_of(person: object) -> list[dict[str, Any]]:
    """What a deletion would do, kind by kind, in its order; nothing is decided and nothing is kept."""
    counts = discovery.discover(person)
    kinds = deletion.kinds(counts, registry.current().all())
    until = retaining.until([declaration for declaration, _ in kinds], person)
    return [_foreseen(step, until=until.get(step["declaration"])) for _, step in kinds]


def _holding(declaration: Declaration, rows: int, told: list[Received]) -> dict[str, Any]:
    purpose = declaration.purpose
    return {
        "declaration": declaration.label,
        "title": str(declaration.model._meta.verbose_name_plural),
        "about": declaration.describe,
        "records": rows,
        "released": declaration.released,
        "purpose": purpose.code,
        "why": purpose.label,
        "basis": purpose.basis.value,
        "kept": retaining.length(declaration.retention),
        "categories": terms.categories(declaration),
        "recipients": [
            *(_recipient(terms.safeguarded(one)) for one in purpose.recipients),
            *(_recipient(one.facts) for one in told if one.declaration == declaration.label),
        ],
    }


def _recipient(facts: Mapping[str, str]) -> dict[str, str]:
    told = ("code", "name", "role", "country", "safeguard")
    return {name: facts[name] for name in told}


def _foreseen(step: dict[str, Any], *, until: date | None) -> dict[str, Any]:
    return {
        "declaration": step["declaration"],
        "title": step["title"],
        "action": step["action"],
        "records": step["expected"],
        "fields": step["fields"],
        "reason": step["reason"],
        "until": until,
    }
