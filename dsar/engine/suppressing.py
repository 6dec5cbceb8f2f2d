"""Keep an account's address from being written to again, or coming back through an import (R92, R122)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsar.cases import subjects
from dsar.engine import erasing
from dsar.registers import suppression

if TYPE_CHECKING:
    from dsar.cases.models import Request


def suppress(request: Request) -> None:
    """Put the addresses of the person whom the request is about on the list; only their HMAC stays."""
    for address in erasing.addresses_of(subjects.of(request.case)):
        suppression.add(address, request=request.pk)
