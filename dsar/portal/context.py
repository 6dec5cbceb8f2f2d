"""What every page of the portal says at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsar import conf

if TYPE_CHECKING:
    from django.http import HttpRequest


def organisation(_request: HttpRequest) -> dict[str, Any]:
    """Whose pages these are (a context processor)."""
    return {"organisation": conf.get("ORGANISATION")}
