"""Where a fee may be asked: the laws of `fees.json`, by right; a law that is not named there forbids it (R134)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = Path(__file__).with_name("fees.json")


@cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """What each law that allows a fee says of it."""
    said: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return said


def may_be_asked(right: str, *, regimes: Iterable[str]) -> bool:
    """Whether every one of these laws lets a fee be asked for this right; where no law is named, none does."""
    laws = [known().get(regime, {}) for regime in regimes]
    return bool(laws) and all(right in law.get("rights", ()) for law in laws)


def needs_reason(regimes: Iterable[str]) -> bool:
    """Whether one of them allows it only for a request that is manifestly unfounded or excessive."""
    return any(known().get(one, {}).get("only_if_unfounded_or_excessive") for one in regimes)
