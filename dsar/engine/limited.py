"""Since when data of a person are only stored, and how their copy says so (GDPR Art. 18, recital 67)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dsar.registers import restrictions
from dsar.registers.models import Restriction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsar.contract.declarations import Declaration


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The restrictions that stand: since when, by the code of their purpose; without one it is all processing."""

    by_purpose: Mapping[str | None, datetime] = field(default_factory=dict)

    def since(self, declaration: Declaration) -> datetime | None:
        """Since when such records are only stored; None where they are not restricted."""
        codes = (None, declaration.purpose.code)
        return min((self.by_purpose[one] for one in codes if one in self.by_purpose), default=None)

    def sentences(self, declaration: Declaration) -> list[str]:
        """The same for the page of a package, which is English."""
        since = self.since(declaration)
        if since is None:
            return []
        said = "we store these data and do not use them otherwise, unless the law or you let us"
        return [f"Restricted since {since:%Y-%m-%d}: {said}."]


def of(person: Any, *, counts: Mapping[str, int]) -> Limits:
    """What stands for a person; asked only where discovery counted any restriction, ended ones included."""
    if not counts.get(Restriction._meta.label):
        return Limits()
    standing = restrictions.open_for(person).values_list("purpose_id", "restricted_at")
    return Limits(by_purpose=dict(standing))
