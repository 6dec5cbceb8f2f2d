"""What an answer to an access request must say: the union of what its regimes ask for (R2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = Path(__file__).with_name("answers.json")
_EVERYWHERE = "*"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One part of an answer, with where each regime asks for it."""

    code: str
    says: str
    sources: Mapping[str, str]

    def source(self, regime: str) -> str:
        """Where the regime asks for it; empty where it does not."""
        return self.sources.get(regime, self.sources.get(_EVERYWHERE, ""))


@cache
def all_items() -> tuple[Item, ...]:
    """Every part that some regime asks for, in the order in which an answer says them."""
    said = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(Item(code=code, **one) for code, one in said.items())


def owed(regimes: Iterable[str]) -> list[Item]:
    """The parts that at least one of these regimes asks for."""
    asking = list(regimes)
    return [item for item in all_items() if any(item.source(regime) for regime in asking)]
