"""Access (GDPR Art. 15, PDPA s 21): everything held, with the information about it, in one sealed package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar.cases import subjects
from dsar.contract import compiler, reach
from dsar.engine import answering, packing

if TYPE_CHECKING:
    from dsar.cases.models import Request
    from dsar.engine.leases import Lease


def steps(request: Request, counts: dict[str, int]) -> list[dict[str, Any]]:
    """One package with every released row of every declaration that holds something."""
    return [
        {
            "action": "package",
            "declaration": declaration.label,
            "title": str(declaration.model._meta.verbose_name_plural),
            "expected": counts[declaration.label],
            "fields": {
                column.name: "released" if declaration.released else "held"
                for column in compiler.released_columns(declaration)
            },
            "reason": "" if declaration.released else "Held, and not handed out.",
        }
        for declaration in reach.declarations(subjects.of(request.case))
        if counts[declaration.label]
    ]


def run(lease: Lease) -> None:
    """Write the package, then answer. A crash before the answer begins the package again."""
    packed = packing.pack(lease, contents=packing.EVERYTHING)
    content = {
        "information": packed.information,
        "exclusions": packed.excluded,
        "searched": packed.searched,
    }
    answering.answer_with_package(lease, packed, content=content)
