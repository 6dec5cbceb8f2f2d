"""What each law says of the data of somebody who has died: `deceased.json`; where it is silent no right passes on."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILE = Path(__file__).with_name("deceased.json")


@cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """What the laws that speak of the dead say: rights that pass on, years of protection, the place."""
    said: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return said


def passes_on(right: str, *, regimes: Iterable[str]) -> bool:
    """Whether one of these laws lets this right be used for somebody who has died."""
    return any(right in known().get(one, {}).get("rights", ()) for one in regimes)


def told(regimes: Iterable[str]) -> list[str]:
    """What these laws say, for staff."""
    return [f"{one}: {known()[one]['source']}." for one in regimes if one in known()]
