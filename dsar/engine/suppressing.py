"""Keep an account's address from being written to again, or coming back through an import (R92, R122)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.engine import erasing
from dsar.registers import suppression

if TYPE_CHECKING:
    from dsar.cases.models import Request


def suppress(request: Request) -> None:
    """Put the address of the person whom the request is about on the list; only its HMAC stays."""
    address = erasing.address_of(request.case.subject_id)
    if address:
        suppression.add(address, request=request.pk)
