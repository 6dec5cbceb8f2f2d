"""Every check of one inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.contract.checking import (
    coverage,
    overwrites,
    paths,
    reasons,
    references,
    rows,
    terms,
)

if TYPE_CHECKING:
    from django.core.checks import Error

    from dsar.contract.checking.inspection import Inspection

CHECKS = (
    coverage.check,
    paths.check,
    terms.check,
    rows.check,
    overwrites.check,
    references.check,
    reasons.check,
)


def errors(inspection: Inspection) -> list[Error]:
    """What stands against these declarations; empty when the gate is open."""
    return [error for check in CHECKS for error in check(inspection)]
