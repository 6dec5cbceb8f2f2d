"""A message between being read and being filed: sealed in the cache under a key that only the page has, for an hour."""

from __future__ import annotations

import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.core.cache import cache

SECONDS = 60 * 60


def keep(raw: bytes) -> str:
    """Keep a message for as long as somebody fills in its form; the ticket that opens it is kept nowhere."""
    ticket = Fernet.generate_key()
    cache.set(_place(ticket), Fernet(ticket).encrypt(raw), SECONDS)
    return ticket.decode()


def find(ticket: str) -> bytes | None:
    """The message of a ticket; None where it is gone or no such ticket was given."""
    sealed = cache.get(_place(ticket.encode()))
    if sealed is None:
        return None
    try:
        return Fernet(ticket.encode()).decrypt(sealed, ttl=SECONDS)
    except (InvalidToken, ValueError):
        return None


def forget(ticket: str) -> None:
    """Remove a message that was filed."""
    cache.delete(_place(ticket.encode()))


def _place(ticket: bytes) -> str:
    """Where it lies: a digest, so that whoever reads the cache has no ticket."""
    return f"dsar_mail:{hashlib.sha256(ticket).hexdigest()}"
