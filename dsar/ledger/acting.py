"""Who of the staff acts right now, so that an entry says so which nobody hands it to (R175)."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dsar.ledger.canonical import Value

_STAFF, _ORIGIN_DIGITS = "staff", 16


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of staff at the desk."""

    account: Any
    """The key of their account."""
    role: Callable[[], str]
    """What they may do at most; asked only where an entry is written."""
    address: str
    """The IP address that they came from; an entry holds a keyed digest of it."""


_member: ContextVar[Member | None] = ContextVar("_member", default=None)


@contextmanager
def at_desk(member: Member) -> Iterator[None]:
    """Whatever is appended in this block is this person's act."""
    token = _member.set(member)
    try:
        yield
    finally:
        _member.reset(token)


def witnessed(detail: dict[str, Value]) -> dict[str, Value]:
    """An entry's detail with who acted and where from; what it says itself, under its case's key, stands.

    What the system or a requester did meanwhile stays theirs.
    """
    member = _member.get()
    if member is None or detail.get("actor", _STAFF) != _STAFF:
        return detail
    origin = salted_hmac("dsar.ledger.origin", member.address, algorithm="sha256").hexdigest()
    found: dict[str, Value] = {"actor": _STAFF, "origin": origin[:_ORIGIN_DIGITS], **detail}
    found.setdefault("role", member.role())
    found.setdefault("by", f"account:{member.account}")
    return found
