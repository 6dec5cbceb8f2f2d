"""Mailed codes: short, good for a while and once; kept as a keyed digest, as one is short enough to guess (R28)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from django.utils import timezone

from dsar import conf
from dsar.keys import box

if TYPE_CHECKING:
    from dsar.keys.models import Key

MOST_FAILURES = 5
_DIGITS = 8


class Bearer(Protocol):
    """What a code is for; `failures` counts wrong ones, and is its owner's business."""

    code_digest: str
    code_expires_at: datetime | None
    failures: int


FIELDS = ("code_digest", "code_expires_at")
"""The columns that change with a code."""


def issue(bearer: Bearer, *, key: Key, what: str) -> str:
    """A fresh code, which takes the place of the one before; saves nothing. `what` says in words what it is for."""
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    bearer.code_digest = _digest(key, code, what=what)
    bearer.code_expires_at = timezone.now() + timedelta(seconds=conf.get("CODE_SECONDS"))
    return code


def fits(bearer: Bearer, code: str, *, key: Key, what: str) -> bool:
    """Whether this is the code, and still good."""
    if not bearer.code_digest or bearer.code_expires_at is None:
        return False
    if bearer.code_expires_at <= timezone.now():
        return False
    return hmac.compare_digest(bearer.code_digest, _digest(key, code, what=what))


def use(bearer: Bearer) -> None:
    """Make the code worth nothing; saves nothing."""
    bearer.code_digest, bearer.code_expires_at = "", None


def _digest(key: Key, code: str, *, what: str) -> str:
    return box.digest(key, f"{what} code {code}")
