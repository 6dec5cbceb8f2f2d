"""Keep an account's address from being written to again, or coming back through an import (R92, R122)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.registers import suppression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsar.cases.models import Request


def suppress(addresses: Iterable[str], *, request: Request) -> None:
    """Put the addresses of whom a request is about on the list; only their HMAC stays."""
    for address in addresses:
        suppression.add(address, request=request.pk)
